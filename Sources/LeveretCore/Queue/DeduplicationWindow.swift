import DequeModule

/// The messages that a queue or an exchange remembers, so that a second one of the same kind is dropped.
struct DeduplicationWindow {
    private struct Place {
        let key: [UInt8]
        let serial: UInt64
    }

    private struct Memory {
        let entry: DeduplicationEntry
        /// The message and the memory of it are durable when this is.
        let position: JournalPosition
    }

    private var memories: [[UInt8]: Memory] = [:]
    /// From the oldest to the youngest. What was replaced or forgotten meanwhile has a place too.
    private var order = Deque<Place>()
    private var nextSerial: UInt64 = 1

    /// What to tell the journal when something changes; `nil` if the window does not survive a restart.
    let scope: DeduplicationScope?

    init(scope: DeduplicationScope?) { self.scope = scope }

    var count: Int { memories.count }

    /// Adds an entry that the journal holds. They come by rising serial.
    mutating func recover(_ entry: DeduplicationEntry) {
        memories[entry.key] = Memory(entry: entry, position: JournalPosition(rawValue: 0))
        order.append(Place(key: entry.key, serial: entry.serial))
        nextSerial = max(nextSerial, entry.serial + 1)
    }

    /// If the window remembers a message of the key: with which position that one is durable.
    func position(of key: [UInt8], at now: UInt64) -> JournalPosition? {
        guard let memory = memories[key], memory.entry.expiresAt == 0 || memory.entry.expiresAt > now else {
            return nil
        }
        return memory.position
    }

    /// Remembers a message. Gives what changes in the journal.
    mutating func remember(
        _ key: [UInt8],
        lifetime: UInt64?,
        capacity: Int,
        at now: UInt64,
        position: JournalPosition
    ) -> [DeduplicationChange] {
        let entry = DeduplicationEntry(
            scope: scope ?? .queue(QueueID(rawValue: 0)),
            key: key,
            serial: nextSerial,
            expiresAt: lifetime.map { now.addingClamping($0) } ?? 0
        )
        nextSerial += 1
        memories[key] = Memory(entry: entry, position: position)
        order.append(Place(key: key, serial: entry.serial))
        return [.remember(entry)] + forgetOld(capacity: capacity, at: now)
    }

    /// Forgets the oldest while there are too many, and those at the front whose time is over.
    private mutating func forgetOld(capacity: Int, at now: UInt64) -> [DeduplicationChange] {
        var changes: [DeduplicationChange] = []
        while let place = order.first {
            if let entry = memories[place.key]?.entry, entry.serial == place.serial {
                guard memories.count > capacity || (entry.expiresAt != 0 && entry.expiresAt <= now) else { break }
                memories[place.key] = nil
                changes.append(.forget(entry.scope, key: place.key))
            }
            order.removeFirst()
        }
        return changes
    }
}

extension UInt64 {
    func addingClamping(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
