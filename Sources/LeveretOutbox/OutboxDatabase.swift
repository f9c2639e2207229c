import CSQLite
import LeveretModel

/// A relay's own connection to an application's database. It never waits for a lock: what it cannot do now it throws
/// `DatabaseBusy` for.
final class OutboxDatabase {
    private let handle: OpaquePointer
    private let path: String

    init(path: String) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let text = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw OutboxError(.database, "cannot open the database \(path): \(text)")
        }
        handle = opened
        self.path = path
        // What a crash takes back of a deletion is published again, and known to the broker.
        try execute("PRAGMA synchronous = NORMAL")
    }

    deinit { sqlite3_close_v2(handle) }

    func createTable() throws {
        do {
            try execute(OutboxTable.definition)
        } catch is DatabaseBusy {
            throw OutboxError(.database, "the database \(path) is locked by another program; try again")
        }
    }

    /// The oldest rows, in the order in which they were committed.
    func rows(limit: Int) throws -> [OutboxRow] {
        let statement = try OutboxStatement(
            handle,
            """
            SELECT id, exchange, routing_key, body, content_type, properties, mandatory, message_id
            FROM leveret_outbox ORDER BY id LIMIT ?1
            """
        )
        try statement.bind(Int64(limit), at: 1)
        var rows: [OutboxRow] = []
        while try statement.step() { rows.append(try OutboxRow(statement)) }
        return rows
    }

    /// Deletes rows, all of them or none.
    func delete(_ ids: [Int64]) throws {
        try execute("BEGIN IMMEDIATE")
        do {
            let statement = try OutboxStatement(handle, "DELETE FROM leveret_outbox WHERE id = ?1")
            for id in ids {
                try statement.bind(id, at: 1)
                _ = try statement.step()
                statement.reset()
            }
            try execute("COMMIT")
        } catch {
            try? execute("ROLLBACK")
            throw error
        }
    }

    private func execute(_ sql: String) throws { _ = try OutboxStatement(handle, sql).step() }
}

/// A row of the outbox.
struct OutboxRow: Sendable {
    let id: Int64
    let exchange: ExchangeName
    let routingKey: String
    let body: [UInt8]
    let mandatory: Bool
    /// With what tells the broker that it has had the message.
    let properties: BasicProperties

    /// The header by which queues and exchanges with a deduplication window know a message.
    private static let deduplicationHeader = "x-deduplication-header"

    init(_ statement: OutboxStatement) throws {
        id = statement.integer(0)
        exchange = ExchangeName(statement.text(1))
        routingKey = statement.text(2)
        body = statement.bytes(3) ?? []
        mandatory = statement.integer(6) != 0
        var properties = BasicProperties.persistent
        if let encoded = statement.bytes(5) {
            properties = try Self.decode(encoded, id: id)
        } else if let contentType = statement.bytes(4) {
            properties.contentType = String(decoding: contentType, as: UTF8.self)
        }
        let identifier = statement.text(7)
        if properties.messageID == nil { properties.messageID = identifier }
        var headers = properties.headers ?? [:]
        if headers[Self.deduplicationHeader] == nil { headers[Self.deduplicationHeader] = .string(identifier) }
        properties.headers = headers
        self.properties = properties
    }

    private static func decode(_ bytes: [UInt8], id: Int64) throws -> BasicProperties {
        guard let properties = try? bytes.withUnsafeBytes({ try BasicProperties(encoded: $0) }) else {
            throw OutboxError(
                .invalidMessage,
                "row \(id) of \(OutboxTable.name) holds properties that are not AMQP's; correct or delete it"
            )
        }
        return properties
    }
}
