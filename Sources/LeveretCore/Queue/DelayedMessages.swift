import HeapModule

/// A message that may not be delivered before its time.
struct DelayedMessage {
    /// In milliseconds since 1970.
    let dueAt: UInt64
    let entry: QueueEntry
    /// Whether it has been delivered and came back, so that it goes to its old place and not to the end.
    let isRetry: Bool
    /// Whether copies of it are delivered, again and again.
    var repeats = false
}

/// The messages of a queue that wait for their time.
struct DelayedMessages {
    private struct Due: Comparable {
        let time: UInt64
        let ordinal: UInt64

        static func < (lhs: Due, rhs: Due) -> Bool { (lhs.time, lhs.ordinal) < (rhs.time, rhs.ordinal) }
    }

    private var messages: [UInt64: DelayedMessage] = [:]
    private var order = Heap<Due>()

    var count: Int { messages.count }
    var isEmpty: Bool { messages.isEmpty }

    /// When the next message is due; `QueueEntry.noDeadline` if there is none.
    var nextDue: UInt64 {
        mutating get {
            while let next = order.min, messages[next.ordinal]?.dueAt != next.time { order.removeMin() }
            return order.min?.time ?? QueueEntry.noDeadline
        }
    }

    mutating func insert(_ message: DelayedMessage) {
        messages[message.entry.ordinal] = message
        order.insert(Due(time: message.dueAt, ordinal: message.entry.ordinal))
    }

    /// Takes out a message that is due.
    mutating func removeDue(at now: UInt64) -> DelayedMessage? {
        guard nextDue <= now, let next = order.popMin() else { return nil }
        return messages.removeValue(forKey: next.ordinal)
    }

    func contains(_ ordinal: UInt64) -> Bool { messages[ordinal] != nil }

    /// Takes out a message before its time.
    mutating func remove(_ ordinal: UInt64) -> DelayedMessage? { messages.removeValue(forKey: ordinal) }

    /// Takes all messages out, in the order in which they are due.
    mutating func removeAll() -> [DelayedMessage] {
        let all = all
        self = DelayedMessages()
        return all
    }

    /// In the order in which they are due.
    var all: [DelayedMessage] {
        messages.values.sorted { ($0.dueAt, $0.entry.ordinal) < ($1.dueAt, $1.entry.ordinal) }
    }
}
