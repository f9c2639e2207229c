import LeveretCore

/// Writes stored segments of which little lives anew, without what is dead in them.
final class SegmentCompactor {
    /// What is named beyond that is left as it is.
    private static let waitingLimit = 1024
    /// How many segments one transaction writes anew.
    private static let stepSize = 4

    private let segments: SegmentReader
    private let writer: SegmentWriter
    private let settlements: SegmentNoteWriter<SettledRange>
    private let updates: SegmentNoteWriter<MessageUpdate>
    private let selectQueue: SQLiteStatement
    private var waiting: [UInt64] = []

    init(
        _ connection: SQLiteConnection,
        _ segments: SegmentReader,
        _ writer: SegmentWriter,
        _ settlements: SegmentNoteWriter<SettledRange>,
        _ updates: SegmentNoteWriter<MessageUpdate>
    ) throws {
        self.segments = segments
        self.writer = writer
        self.settlements = settlements
        self.updates = updates
        selectQueue = try connection.prepare("SELECT 1 FROM queue WHERE id = ?")
    }

    var isWaiting: Bool { !waiting.isEmpty }

    func add(_ segments: [SegmentID]) {
        waiting += segments.prefix(SegmentCompactor.waitingLimit - waiting.count).map(\.rawValue)
    }

    /// The segments of the next transaction. What cannot be written then, because the disk is full, is not tried again.
    func takeNext() -> [UInt64] {
        let next = Array(waiting.prefix(SegmentCompactor.stepSize))
        waiting.removeFirst(next.count)
        return next
    }

    /// Writes a segment anew, unless it is gone or everything in it lives. One that is damaged is left as it is:
    /// whoever reads it reports that. Gives whether it was written.
    func compact(_ id: UInt64) throws -> Bool {
        do {
            guard var segment = try segments.loadOutline(id) else { return false }
            segment.settled = try settlements.readNotes(of: id)
            segment.updates = try updates.readNotes(of: id)
            let compaction = try SegmentCompaction(
                of: segment,
                content: { try segments.load(id) ?? [] },
                queueExists: queueExists
            )
            guard let compaction else { return false }
            try writer.rewrite(id, length: segment.length, as: compaction)
            return true
        } catch is Damage {
            return false
        }
    }

    private func queueExists(_ queue: QueueID) throws -> Bool {
        defer { selectQueue.reset() }
        try selectQueue.bind(Int64(bitPattern: queue.rawValue), at: 1)
        return try selectQueue.step()
    }
}
