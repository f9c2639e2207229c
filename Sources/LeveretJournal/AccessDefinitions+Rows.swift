import LeveretCore
import LeveretModel

extension VirtualHostDefinition: DefinitionRow {
    static let table = DefinitionTable(name: "virtual_host", keys: ["name"], others: [])

    func columnValues() throws -> [ColumnValue] { [.text(name)] }

    init(columns: inout ColumnReader) throws {
        self.init(name: try columns.text())
    }
}

/// What a virtual host has besides its name.
struct VirtualHostSettings: DefinitionRow {
    static let table = DefinitionTable(
        name: "virtual_host_settings",
        keys: ["virtual_host"],
        others: ["description", "tags", "default_queue_type", "max_connections", "max_queues"]
    )

    let host: VirtualHostDefinition

    init(_ host: VirtualHostDefinition) { self.host = host }

    func columnValues() throws -> [ColumnValue] {
        [
            .text(host.name), .text(host.description), try ColumnValue(host.tags),
            .text(host.defaultQueueType ?? ""), ColumnValue(limit: host.limits.maxConnections),
            ColumnValue(limit: host.limits.maxQueues),
        ]
    }

    init(columns: inout ColumnReader) throws {
        var host = VirtualHostDefinition(name: try columns.text())
        host.description = try columns.text()
        host.tags = try columns.texts()
        let type = try columns.text()
        host.defaultQueueType = type.isEmpty ? nil : type
        host.limits.maxConnections = try columns.limit()
        host.limits.maxQueues = try columns.limit()
        self.init(host)
    }
}

extension UserDefinition: DefinitionRow {
    static let table = DefinitionTable(
        name: "user",
        keys: ["name"],
        others: ["password_hash", "hashing_algorithm", "tags"]
    )

    func columnValues() throws -> [ColumnValue] {
        [.text(name), .text(passwordHash), .text(hashingAlgorithm), try ColumnValue(tags)]
    }

    init(columns: inout ColumnReader) throws {
        self.init(
            name: try columns.text(),
            passwordHash: try columns.text(),
            hashingAlgorithm: try columns.text(),
            tags: try columns.texts()
        )
    }
}

/// A user's limits, which lie beside the user.
struct UserLimitsRow: DefinitionRow {
    static let table = DefinitionTable(
        name: "user_limits",
        keys: ["user"],
        others: ["max_connections", "max_channels"]
    )

    let user: String
    let limits: UserLimits

    init(_ user: UserDefinition) {
        self.user = user.name
        limits = user.limits
    }

    func columnValues() throws -> [ColumnValue] {
        [.text(user), ColumnValue(limit: limits.maxConnections), ColumnValue(limit: limits.maxChannels)]
    }

    init(columns: inout ColumnReader) throws {
        user = try columns.text()
        limits = UserLimits(maxConnections: try columns.limit(), maxChannels: try columns.limit())
    }
}

extension PermissionDefinition: DefinitionRow {
    static let table = DefinitionTable(
        name: "permission",
        keys: ["user", "virtual_host"],
        others: ["configure", "write", "read"]
    )

    func columnValues() throws -> [ColumnValue] {
        [.text(user), .text(virtualHost), .text(configure), .text(write), .text(read)]
    }

    init(columns: inout ColumnReader) throws {
        self.init(
            user: try columns.text(),
            virtualHost: try columns.text(),
            configure: try columns.text(),
            write: try columns.text(),
            read: try columns.text()
        )
    }
}

extension TopicPermissionDefinition: DefinitionRow {
    static let table = DefinitionTable(
        name: "topic_permission",
        keys: ["user", "virtual_host", "exchange"],
        others: ["write", "read"]
    )

    func columnValues() throws -> [ColumnValue] {
        [.text(user), .text(virtualHost), .text(exchange), .text(write), .text(read)]
    }

    init(columns: inout ColumnReader) throws {
        self.init(
            user: try columns.text(),
            virtualHost: try columns.text(),
            exchange: try columns.text(),
            write: try columns.text(),
            read: try columns.text()
        )
    }
}

extension PolicyDefinition: DefinitionRow {
    static let table = DefinitionTable(
        name: "policy",
        keys: ["virtual_host", "name"],
        others: ["pattern", "target", "priority", "settings"]
    )

    func columnValues() throws -> [ColumnValue] {
        [
            .text(virtualHost), .text(name), .text(pattern), .text(target.rawValue), .integer(priority),
            try ColumnValue(settings),
        ]
    }

    init(columns: inout ColumnReader) throws {
        self.init(
            virtualHost: try columns.text(),
            name: try columns.text(),
            pattern: try columns.text(),
            target: try PolicyDefinition.target(try columns.text()),
            priority: try columns.integer(),
            settings: try columns.table()
        )
    }

    private static func target(_ name: String) throws -> Target {
        guard let target = Target(rawValue: name) else { throw ColumnReader.Mismatch() }
        return target
    }
}

// MARK: - Columns

extension ColumnValue {
    fileprivate init(_ texts: [String]) throws {
        var bytes: [UInt8] = []
        for text in texts { try bytes.append(longString: text.utf8) }
        self = .blob(bytes)
    }

    fileprivate init(limit: Int?) { self = .integer(Int64(limit ?? -1)) }
}

extension ColumnReader {
    fileprivate mutating func texts() throws -> [String] {
        try blob().withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            var texts: [String] = []
            while reader.remaining > 0 {
                texts.append(String(decoding: try reader.readLongStringBytes(), as: UTF8.self))
            }
            return texts
        }
    }

    fileprivate mutating func limit() throws -> Int? {
        let number = try integer()
        return number < 0 ? nil : Int(number)
    }
}
