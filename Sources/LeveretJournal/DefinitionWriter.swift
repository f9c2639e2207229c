import LeveretCore

/// Writes changes of definitions and of what deduplication remembers. Statements are prepared when they are first
/// needed: most brokers change few definitions after their start.
final class DefinitionWriter {
    private let connection: SQLiteConnection
    private var statements: [String: SQLiteStatement] = [:]

    init(_ connection: SQLiteConnection) { self.connection = connection }

    func write(_ change: DefinitionChange) throws {
        switch change {
        case .putVirtualHost(let definition):
            try put(definition)
            try put(VirtualHostSettings(definition))
        case .putExchange(let definition): try put(definition)
        case .putQueue(let definition): try put(definition)
        case .pauseQueue(let id): try put(PausedQueueRow(id))
        case .resumeQueue(let id): try resume(id)
        case .putBinding(let definition): try put(definition)
        case .putUser(let definition):
            try put(definition)
            try put(UserLimitsRow(definition))
        case .putPermission(let definition): try put(definition)
        case .putTopicPermission(let definition): try put(definition)
        case .putPolicy(let definition): try put(definition)
        case .deleteVirtualHost(let name):
            try delete(VirtualHostDefinition.table, [.text(name)])
            try delete(VirtualHostSettings.table, [.text(name)])
        case .deleteExchange(let virtualHost, let name):
            try delete(ExchangeDefinition.table, [.text(virtualHost), .text(name)])
            try forgetAll(.exchange(virtualHost: virtualHost, name: name))
        case .deleteQueue(let id): try deleteQueue(id)
        case .deleteBinding(let definition): try delete(BindingDefinition.table, try definition.columnValues())
        case .deleteUser(let name):
            try delete(UserDefinition.table, [.text(name)])
            try delete(UserLimitsRow.table, [.text(name)])
        case .deletePermission(let user, let virtualHost):
            try delete(PermissionDefinition.table, [.text(user), .text(virtualHost)])
        case .deleteTopicPermission(let user, let virtualHost, let exchange):
            try delete(TopicPermissionDefinition.table, [.text(user), .text(virtualHost), .text(exchange)])
        case .deletePolicy(let virtualHost, let name):
            try delete(PolicyDefinition.table, [.text(virtualHost), .text(name)])
        }
    }

    func write(_ change: DeduplicationChange) throws {
        switch change {
        case .remember(let entry): try put(entry)
        case .forget(let scope, let key):
            try delete(DeduplicationEntry.table, [try scope.columnValue(), .blob(key)])
        case .forgetAll(let scope): try forgetAll(scope)
        }
    }

    func put(_ row: some DefinitionRow) throws {
        let table = type(of: row).table
        let values = try row.columnValues()
        try run(table.insertSQL, values + [.integer(table.checksum(of: values).stored)])
    }

    private func delete(_ table: DefinitionTable, _ keys: [ColumnValue]) throws {
        try run(table.deleteSQL, keys)
    }

    private func deleteQueue(_ id: QueueID) throws {
        let key = ColumnValue.integer(Int64(bitPattern: id.rawValue))
        try delete(QueueDefinition.table, [key])
        try run("DELETE FROM delivery_mark WHERE queue = ?", [key])
        try resume(id)
        try forgetAll(.queue(id))
    }

    private func resume(_ id: QueueID) throws {
        try delete(PausedQueueRow.table, [.integer(Int64(bitPattern: id.rawValue))])
    }

    private func forgetAll(_ scope: DeduplicationScope) throws {
        try run(DeduplicationEntry.deleteScopeSQL, [try scope.columnValue()])
    }

    private func run(_ sql: String, _ values: [ColumnValue]) throws {
        let statement = try statement(sql)
        // Blobs are bound in place, so that everything from binding to reset happens within their reach.
        try withExtendedLifetime(values) {
            defer { statement.reset() }
            try bind(values[...], from: 1, to: statement)
        }
    }

    /// Binds the values one inside the other, which keeps every blob in place until the statement has run.
    private func bind(_ values: ArraySlice<ColumnValue>, from index: Int32, to statement: SQLiteStatement) throws {
        guard let first = values.first else { return try statement.run() }
        let rest = values.dropFirst()
        switch first {
        case .integer(let value): try statement.bind(value, at: index)
        case .text(let text): try statement.bind(text, at: index)
        case .blob(let content):
            return try content.withUnsafeBytes { bytes in
                try statement.bind(inPlace: bytes, at: index)
                try bind(rest, from: index + 1, to: statement)
            }
        }
        try bind(rest, from: index + 1, to: statement)
    }

    private func statement(_ sql: String) throws -> SQLiteStatement {
        if let known = statements[sql] { return known }
        let prepared = try connection.prepare(sql)
        statements[sql] = prepared
        return prepared
    }
}
