/// Messages of a queue that lie side by side in one segment, known by their ordinals alone: their entries are made
/// anew from the segment's index when the queue's consumers get there.
struct StoredEntries {
    let slot: SegmentSlot
    /// The ordinals from here to `last` are all there.
    let first: UInt64
    let last: UInt64
    let bodyBytes: Int
    let priority: UInt8
    /// Up to which ordinal the messages may have been delivered before.
    let redeliveredThrough: UInt64

    init(slot: SegmentSlot, run: SegmentRun, redeliveredThrough: UInt64) {
        self.slot = slot
        first = run.first
        last = run.last
        bodyBytes = Int(clamping: run.bodyBytes)
        priority = run.priority
        self.redeliveredThrough = redeliveredThrough
    }

    /// Plain entries of one segment whose ordinals follow each other.
    init(_ entries: [QueueEntry]) {
        slot = entries[0].slot
        first = entries[0].ordinal
        last = entries[entries.count - 1].ordinal
        bodyBytes = entries.reduce(0) { $0 + Int($1.bodyLength) }
        priority = entries[0].priority
        redeliveredThrough = entries[0].isRedelivered ? last : 0
    }

    var count: Int { Int(last - first) + 1 }

    /// The run as the journal keeps it.
    func run(of queue: QueueID) -> SegmentRun {
        SegmentRun(queue: queue, first: first, last: last, bodyBytes: UInt64(bodyBytes), priority: priority)
    }

    /// The entry of a message of the run.
    func entry(_ item: SegmentIndex.Item) -> QueueEntry {
        QueueEntry(
            ordinal: item.ordinal,
            slot: slot,
            offset: item.offset,
            bodyLength: item.bodyLength,
            priority: priority,
            isRedelivered: item.ordinal <= redeliveredThrough
        )
    }
}
