import DequeModule

/// Stored segments of which little lives, and which of them the journal is to write anew without what is dead.
///
/// A consumer that empties a queue leaves little of every segment just before it leaves nothing, so segments wait here
/// before they cost any work, and most of them die meanwhile.
struct SparseSegments {
    /// Of a sparse segment less than one in so many messages lives.
    private static let ratio = 4
    /// How many segments one batch names, so that the journal's work for them is bounded.
    private static let batchSize = 4

    private let limit: Int
    /// Shorter segments share pages with others: nothing is won by writing them anew.
    private let minimumLength: Int
    private var waiting = Deque<Segment>()
    /// How many of `waiting` still wait, and their bytes.
    private var count = 0
    private var bytes = 0

    init(limits: CoreLimits) {
        limit = limits.sparseBytes
        minimumLength = limits.segmentCapacity / 32
    }

    /// Whether there are more than may wait.
    var areTooMany: Bool { bytes > limit }

    /// To be called when something of the segment was settled, and something still lives.
    mutating func consider(_ segment: Segment) {
        guard segment.journaledReferences * SparseSegments.ratio < segment.writtenReferences else { return }
        add(segment)
    }

    /// To be called for a segment of which only so many bytes are known to live.
    mutating func consider(_ segment: Segment, liveBytes: Int) {
        guard liveBytes * SparseSegments.ratio < segment.length else { return }
        add(segment)
    }

    private mutating func add(_ segment: Segment) {
        guard !segment.isSparse, segment.length >= minimumLength else { return }
        segment.isSparse = true
        waiting.append(segment)
        count += 1
        bytes += segment.length
    }

    /// Nothing of the segment lives any more, or it is to be written anew.
    mutating func forget(_ segment: Segment) {
        guard segment.isSparse else { return }
        segment.isSparse = false
        count -= 1
        bytes -= segment.length
        // Segments that are gone must not be kept alive by the list.
        if waiting.count > 2 * count + 64 { waiting.removeAll { !$0.isSparse } }
    }

    /// Those that have waited longest, while there are too many.
    mutating func take() -> [SegmentID] {
        var taken: [SegmentID] = []
        while areTooMany, taken.count < SparseSegments.batchSize, let segment = waiting.popFirst() {
            guard segment.isSparse else { continue }
            forget(segment)
            segment.writtenReferences = segment.journaledReferences
            taken.append(segment.id)
        }
        return taken
    }
}
