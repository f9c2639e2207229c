import LeveretCore
import LeveretModel

extension JournalBatch {
    static func make(next: UInt64 = 100, _ fill: (inout JournalBatch) throws -> Void) rethrows -> JournalBatch {
        var batch = JournalBatch(position: JournalPosition(rawValue: 1), nextQueueID: QueueID(rawValue: next))
        try fill(&batch)
        return batch
    }
}

extension SegmentWrite {
    /// A segment whose bytes follow from its number, all of them in one piece unless others are given.
    static func make(
        _ id: UInt64,
        bytes: Int = 64,
        pieces: [Range<Int>]? = nil,
        index: [UInt8] = [1]
    ) -> SegmentWrite {
        let memory = SegmentMemory(capacity: bytes)
        var state = id
        for offset in 0..<bytes {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            memory.bytes[offset] = UInt8(truncatingIfNeeded: state >> 56)
        }
        return SegmentWrite(
            id: SegmentID(rawValue: id),
            length: bytes,
            memory: memory,
            pieces: pieces ?? [0..<bytes],
            index: index
        )
    }

    var content: [UInt8] { pieces.flatMap { Array(memory.bytes[$0]) } }
}

extension SettlementWrite {
    static func make(_ segment: UInt64, queue: UInt64 = 1, _ ranges: ClosedRange<UInt64>...) -> SettlementWrite {
        SettlementWrite(
            segment: SegmentID(rawValue: segment),
            ranges: ranges.map { range in
                SettledRange(queue: QueueID(rawValue: queue), first: range.lowerBound, last: range.upperBound)
            }
        )
    }
}

extension SegmentRun {
    static func make(queue: UInt64, _ ordinals: ClosedRange<UInt64>) -> SegmentRun {
        SegmentRun(
            queue: QueueID(rawValue: queue),
            first: ordinals.lowerBound,
            last: ordinals.upperBound,
            bodyBytes: 300,
            priority: 2
        )
    }
}

extension SegmentSummary {
    static func make(_ segment: UInt64, _ runs: SegmentRun...) -> SegmentSummary {
        SegmentSummary(segment: SegmentID(rawValue: segment), length: 64, runs: runs)
    }
}

extension DeliveryMark {
    static func make(_ queue: UInt64, _ ordinal: UInt64) -> DeliveryMark {
        DeliveryMark(queue: QueueID(rawValue: queue), ordinal: ordinal)
    }
}

extension MessageUpdate {
    static func make(
        _ segment: UInt64,
        queue: UInt64 = 1,
        written: UInt64,
        ordinal: UInt64,
        failures: UInt32 = 1,
        returns: UInt32 = 2,
        dueAt: UInt64 = 0
    ) -> MessageUpdate {
        MessageUpdate(
            segment: SegmentID(rawValue: segment),
            queue: QueueID(rawValue: queue),
            writtenOrdinal: written,
            ordinal: ordinal,
            failures: failures,
            returns: returns,
            dueAt: dueAt
        )
    }
}

extension DeduplicationEntry {
    static func make(
        _ scope: DeduplicationScope,
        _ key: String,
        _ serial: UInt64,
        expiresAt: UInt64 = 0
    ) -> DeduplicationEntry {
        DeduplicationEntry(scope: scope, key: Array(key.utf8), serial: serial, expiresAt: expiresAt)
    }
}

/// Definitions of every kind, with names and arguments that are easy to lose on the way.
enum DefinitionSamples {
    static let virtualHosts: Set<VirtualHostDefinition> = [.init(name: "/"), .init(name: "ünïcode 🐇 \"'; --")]

    static let exchanges: Set<ExchangeDefinition> = [
        ExchangeDefinition(
            virtualHost: "/",
            name: "events",
            type: "topic",
            autoDelete: false,
            internal: true,
            arguments: ["alternate-exchange": "unrouted"]
        ),
        ExchangeDefinition(
            virtualHost: "/",
            name: "gone",
            type: "fanout",
            autoDelete: true,
            internal: false,
            arguments: [:]
        ),
    ]

    static let queues: Set<QueueDefinition> = [
        queue(1, "gone"),
        QueueDefinition(
            id: QueueID(rawValue: 2),
            virtualHost: "/",
            name: "order.created",
            autoDelete: true,
            arguments: everyType
        ),
    ]

    static let bindings: Set<BindingDefinition> = [
        binding("order.*", ["x-match": "all", "n": .int8(-1)]),
        BindingDefinition(
            virtualHost: "/",
            source: "events",
            destinationKind: .exchange,
            destination: "gone",
            routingKey: "",
            arguments: [:]
        ),
    ]

    static let users: Set<UserDefinition> = [
        user("guest", tags: ["administrator", "with,comma", ""]), user("gone"),
    ]

    static let permissions: Set<PermissionDefinition> = [
        PermissionDefinition(user: "guest", virtualHost: "/", configure: ".*", write: "", read: "^(a|b)$"),
        PermissionDefinition(user: "guest", virtualHost: "other", configure: "", write: "", read: ""),
    ]

    static var puts: [DefinitionChange] {
        virtualHosts.map { .putVirtualHost($0) } + exchanges.map { .putExchange($0) } + queues.map { .putQueue($0) }
            + bindings.map { .putBinding($0) } + users.map { .putUser($0) } + permissions.map { .putPermission($0) }
    }

    /// Deletes one of each kind of `puts`.
    static var deletes: [DefinitionChange] {
        [
            .deleteVirtualHost(name: "ünïcode 🐇 \"'; --"),
            .deleteExchange(virtualHost: "/", name: "gone"),
            .deleteQueue(QueueID(rawValue: 1)),
            .deleteUser(name: "gone"),
            .deletePermission(user: "guest", virtualHost: "other"),
        ] + bindings.filter { $0.destinationKind == .exchange }.map { .deleteBinding($0) }
    }

    // MARK: Who may do what

    /// What a virtual host and a user may have besides their names.
    static let described = VirtualHostDefinition(
        name: "described",
        description: "für Menschen",
        tags: ["a", "with,comma", ""],
        defaultQueueType: "quorum",
        limits: VirtualHostLimits(maxConnections: 0, maxQueues: .max)
    )
    static let limited = UserDefinition(
        name: "limited",
        passwordHash: "",
        hashingAlgorithm: "rabbit_password_hashing_sha512",
        tags: [],
        limits: UserLimits(maxConnections: 5)
    )

    static let topicPermissions: Set<TopicPermissionDefinition> = [
        topicPermission("amq.topic"), topicPermission("gone"),
    ]

    static let policies: Set<PolicyDefinition> = [
        policy("ttl", ["message-ttl": .int64(60_000), "overflow": "reject-publish"], priority: -5),
        policy("gone", ["alternate-exchange": "lost"]),
    ]

    static var accessPuts: [DefinitionChange] {
        [.putVirtualHost(described), .putUser(limited)] + topicPermissions.map { .putTopicPermission($0) }
            + policies.map { .putPolicy($0) }
    }

    /// Deletes one of each kind of `accessPuts`.
    static var accessDeletes: [DefinitionChange] {
        [
            .deleteVirtualHost(name: described.name),
            .deleteUser(name: limited.name),
            .deleteTopicPermission(user: "guest", virtualHost: "/", exchange: "gone"),
            .deletePolicy(virtualHost: "/", name: "gone"),
        ]
    }

    private static func topicPermission(_ exchange: String) -> TopicPermissionDefinition {
        TopicPermissionDefinition(user: "guest", virtualHost: "/", exchange: exchange, write: "^{username}", read: "")
    }

    private static func policy(_ name: String, _ settings: FieldTable, priority: Int64 = 0) -> PolicyDefinition {
        PolicyDefinition(
            virtualHost: "/",
            name: name,
            pattern: "^a|ü",
            target: .classicQueues,
            priority: priority,
            settings: settings
        )
    }

    /// A binding and six that differ from it by one field each.
    static var neighbours: [BindingDefinition] {
        let first = binding("k", [:])
        var others = [BindingDefinition](repeating: first, count: 6)
        others[0].virtualHost = "other"
        others[1].source = "other"
        others[2].destinationKind = .exchange
        others[3].destination = "other"
        others[4].routingKey = "other"
        others[5].arguments = ["other": .void]
        return [first] + others
    }

    static func queue(_ id: UInt64, _ name: String) -> QueueDefinition {
        QueueDefinition(id: QueueID(rawValue: id), virtualHost: "/", name: name, autoDelete: false, arguments: [:])
    }

    static func binding(_ key: String, _ arguments: FieldTable) -> BindingDefinition {
        BindingDefinition(
            virtualHost: "/",
            source: "events",
            destinationKind: .queue,
            destination: "order.created",
            routingKey: key,
            arguments: arguments
        )
    }

    static func user(_ name: String, tags: [String] = []) -> UserDefinition {
        UserDefinition(
            name: name,
            passwordHash: "aGFzaA==",
            hashingAlgorithm: "rabbit_password_hashing_sha256",
            tags: tags
        )
    }

    private static let everyType: FieldTable = [
        "boolean": true, "int8": .int8(-8), "uint8": .uint8(8), "int16": .int16(-16), "uint16": .uint16(16),
        "int32": .int32(-32), "uint32": .uint32(32), "int64": .int64(.min), "float": .float(0.5),
        "double": .double(-0.25), "decimal": .decimal(scale: 2, value: 314), "string": "text",
        "raw": .rawString([0xFF, 0x00]), "bytes": .bytes([0, 1, 2]), "array": .array([1, "two", .void]),
        "time": .timestamp(1_700_000_000), "table": .table(["inner": .table([:])]), "void": .void,
    ]
}
