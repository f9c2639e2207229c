/// A message in a queue: where its record lies, and its place in the queue's order. Trivial, so that a queue of
/// millions is a flat block of memory.
struct QueueEntry {
    /// The deadline of a message that lives for ever.
    static let noDeadline = UInt64.max

    /// The place in the queue's order; rises by one with each message that enters the queue.
    let ordinal: UInt64
    /// When the message's time to live is over, in milliseconds since 1970.
    let deadline: UInt64
    /// Which segment of the log holds the record.
    let slot: SegmentSlot
    /// Where in the segment.
    let offset: UInt32
    let bodyLength: UInt32
    /// The line of the queue in which the message stands; 0 in queues without priorities.
    let priority: UInt8
    /// Whether the message may have been delivered before.
    var isRedelivered: Bool
    /// Whether the queue keeps a `MessageHistory` of the message.
    var hasHistory = false
    /// Whether the message has left a line in whose middle it stood.
    private(set) var isRemoved = false

    init(
        ordinal: UInt64,
        deadline: UInt64 = noDeadline,
        slot: SegmentSlot,
        offset: UInt32,
        bodyLength: UInt32,
        priority: UInt8 = 0,
        isRedelivered: Bool = false
    ) {
        self.ordinal = ordinal
        self.deadline = deadline
        self.slot = slot
        self.offset = offset
        self.bodyLength = bodyLength
        self.priority = priority
        self.isRedelivered = isRedelivered
    }

    /// The same message at another place.
    func moved(to ordinal: UInt64) -> QueueEntry {
        QueueEntry(
            ordinal: ordinal,
            deadline: deadline,
            slot: slot,
            offset: offset,
            bodyLength: bodyLength,
            priority: priority,
            isRedelivered: isRedelivered
        )
    }
}

extension QueueEntry {
    /// Marks the entry as one that has left.
    mutating func remove() { isRemoved = true }
}

/// An index into the log's table of segments. Reused once the segment is gone.
struct SegmentSlot: Hashable {
    let rawValue: UInt32
}

/// Where in the log a record lies.
struct LogPlace {
    let slot: SegmentSlot
    /// From the beginning of the segment, in bytes.
    let offset: UInt32
}
