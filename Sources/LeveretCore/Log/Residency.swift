import DequeModule

/// Which segments are in memory, how many bytes that is, and which of them to give up.
///
/// Consumers read from the front of a queue, so segments stored last are given up first; but not the very last,
/// which belong to queues whose consumers keep up.
struct Residency {
    private let limit: Int
    /// Bytes of segments in memory.
    private(set) var bytes = 0
    /// Those of `bytes` that the journal holds too.
    private(set) var evictableBytes = 0
    private var recent = Deque<Segment>()
    private var recentBytes = 0
    private var candidates: [Segment] = []

    init(limit: Int) { self.limit = limit }

    /// Bytes that cannot leave memory: volatile, or not committed yet.
    var pinnedBytes: Int { bytes - evictableBytes }

    mutating func grow(by count: Int) { bytes += count }

    /// The segment may have become one whose memory can be given up: it was stored, or the last reference went that
    /// only memory knows.
    mutating func becameEvictable(_ segment: Segment) {
        guard !segment.countsAsEvictable, segment.isEvictable else { return }
        evictableBytes += segment.length
        segment.countsAsEvictable = true
        recent.append(segment)
        segment.leavesSoon = true
        recentBytes += segment.length
        while recentBytes > limit / 4, let oldest = recent.popFirst() {
            recentBytes -= oldest.length
            oldest.leavesSoon = false
            if oldest.isResident { candidates.append(oldest) }
        }
    }

    mutating func loaded(_ segment: Segment) {
        bytes += segment.length
        if segment.isEvictable {
            evictableBytes += segment.length
            segment.countsAsEvictable = true
            candidates.insert(segment, at: 0)
        }
    }

    mutating func remove(_ segment: Segment) {
        guard segment.isResident else { return }
        bytes -= segment.length
        if segment.countsAsEvictable {
            evictableBytes -= segment.length
            segment.countsAsEvictable = false
        }
    }

    /// A segment to give up, while there are too many bytes.
    mutating func nextToEvict() -> Segment? {
        guard bytes > limit else {
            forgetFreedCandidates()
            return nil
        }
        while let candidate = candidates.popLast() {
            if candidate.isEvictable { return candidate }
        }
        return nil
    }

    /// Freed segments must not be kept alive by the list.
    private mutating func forgetFreedCandidates() {
        guard candidates.count > 64, candidates.first.map({ !$0.isResident }) ?? false else { return }
        candidates.removeAll { !$0.isResident }
    }
}
