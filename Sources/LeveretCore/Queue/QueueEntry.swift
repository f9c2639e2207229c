/// A message in a queue: where its record lies, and its place in the queue's order. Trivial, so that a queue of
/// millions is a flat block of memory.
struct QueueEntry {
    /// The place in the queue's order; rises by one with each message that enters the queue.
    let ordinal: UInt64
    /// Which segment of the log holds the record.
    let slot: SegmentSlot
    /// Where in the segment.
    let offset: UInt32
    let bodyLength: UInt32
    /// Whether the message may have been delivered before.
    var isRedelivered: Bool
}

/// An index into the log's table of segments. Reused once the segment is gone.
struct SegmentSlot: Hashable {
    let rawValue: UInt32
}
