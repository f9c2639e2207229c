import CSQLite
import LeveretOutbox
import LeveretTestSupport

/// An application with a database of its own.
final class ApplicationDatabase: @unchecked Sendable {
    // Unchecked: a test uses it from one task at a time.
    let path: String
    let handle: OpaquePointer
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path(of: "application.db")
        var opened: OpaquePointer?
        sqlite3_open(path, &opened)
        guard let opened else { throw Failure(text: "no database") }
        handle = opened
        try execute("PRAGMA journal_mode = WAL; CREATE TABLE orders (id INTEGER PRIMARY KEY, article TEXT)")
        try execute(OutboxTable.definition)
    }

    deinit { sqlite3_close_v2(handle) }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw Failure(text: String(cString: sqlite3_errmsg(handle)))
        }
    }

    /// Takes an order and says so, in one transaction.
    func order(_ article: String, in queue: QueueName, commits: Bool = true) throws {
        try execute("BEGIN")
        try execute("INSERT INTO orders (article) VALUES ('\(article)')")
        try OutboxMessage(article, to: queue).insert(into: handle)
        try execute(commits ? "COMMIT" : "ROLLBACK")
    }

    func count(_ table: String) throws -> Int {
        var statement: OpaquePointer?
        sqlite3_prepare_v2(handle, "SELECT count(*) FROM \(table)", -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        guard sqlite3_step(statement) == SQLITE_ROW else { throw Failure(text: "no table \(table)") }
        return Int(sqlite3_column_int64(statement, 0))
    }

    struct Failure: Error {
        var text: String
    }
}
