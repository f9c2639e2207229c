import DequeModule

/// The messages of a queue that are ready for delivery, in the queue's order.
struct ReadyEntries {
    private var entries = Deque<QueueEntry>()
    private(set) var bodyBytes = 0

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }
    var first: QueueEntry? { entries.first }

    /// Adds a message that is younger than all others.
    mutating func append(_ entry: QueueEntry) {
        entries.append(entry)
        bodyBytes += Int(entry.bodyLength)
    }

    mutating func removeFirst() -> QueueEntry {
        let entry = entries.removeFirst()
        bodyBytes -= Int(entry.bodyLength)
        return entry
    }

    /// Puts a message back where it was. Cheap near the front, where requeued messages belong.
    mutating func restore(_ entry: QueueEntry) {
        bodyBytes += Int(entry.bodyLength)
        guard let first = entries.first, first.ordinal < entry.ordinal else {
            entries.prepend(entry)
            return
        }
        entries.insert(entry, at: position(of: entry.ordinal))
    }

    private func position(of ordinal: UInt64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].ordinal < ordinal { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Takes all messages out.
    mutating func removeAll() -> some Sequence<QueueEntry> {
        defer {
            entries = []
            bodyBytes = 0
        }
        return entries
    }

    /// For checks.
    var all: some Collection<QueueEntry> { entries }
}
