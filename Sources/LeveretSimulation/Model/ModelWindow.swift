import LeveretModel

/// What a queue or an exchange remembers in order to drop a second message of the same kind.
struct ModelWindow: Equatable {
    struct Rules {
        var capacity: Int
        var lifetime: UInt64?

        init?(_ arguments: FieldTable) {
            guard arguments["x-message-deduplication"] == true else { return nil }
            capacity = Int(arguments["x-cache-size"]?.integer ?? 10_000)
            lifetime = arguments["x-cache-ttl"]?.integer.map { UInt64($0) }
        }
    }

    struct Memory: Equatable {
        var value: FieldValue
        var expiresAt: UInt64?
        /// The messages that were remembered, whose like is confirmed no sooner than they are.
        var entries: [ModelEntry]

        static func == (left: Memory, right: Memory) -> Bool {
            left.value == right.value && left.expiresAt == right.expiresAt
        }

        func isOver(at now: UInt64) -> Bool { expiresAt.map { $0 <= now } ?? false }
    }

    /// From the oldest to the youngest.
    var memories: [Memory] = []

    /// What a publishing is told from others by.
    static func value(in properties: BasicProperties) -> FieldValue? { properties.headers?["x-deduplication-header"] }

    func memory(of value: FieldValue?, at now: UInt64) -> Memory? {
        memories.first { $0.value == value && !$0.isOver(at: now) }
    }

    mutating func remember(_ value: FieldValue?, _ entries: [ModelEntry], _ rules: Rules, at now: UInt64) {
        guard let value else { return }
        memories.removeAll { $0.value == value }
        memories.append(Memory(value: value, expiresAt: rules.lifetime.map { now + $0 }, entries: entries))
        while memories.count > rules.capacity { memories.removeFirst() }
    }

    /// After a restart nobody waits for what is remembered.
    var restored: ModelWindow {
        ModelWindow(memories: memories.map { Memory(value: $0.value, expiresAt: $0.expiresAt, entries: []) })
    }
}
