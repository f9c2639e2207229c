import CSQLite

/// Another connection holds the database's lock; it may be had later.
struct DatabaseBusy: Error {}

/// A prepared statement on a connection. Columns are numbered from 0, parameters from 1.
final class OutboxStatement {
    private let connection: OpaquePointer
    private let handle: OpaquePointer

    init(_ connection: OpaquePointer, _ sql: String) throws {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(connection, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw failure(of: connection, code) }
        self.connection = connection
        handle = prepared
    }

    deinit { sqlite3_finalize(handle) }

    /// Goes to the next row; false when there is none.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(of: connection, code)
        }
    }

    /// Makes the statement ready to run again.
    func reset() { sqlite3_reset(handle) }

    // MARK: Parameters

    func bind(_ value: Int64, at index: Int32) throws {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ value: String, at index: Int32) throws {
        var value = value
        let code = value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                leveret_sqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
            }
        }
        try check(code)
    }

    func bind(_ bytes: [UInt8], at index: Int32) throws {
        let code = bytes.withUnsafeBytes {
            leveret_sqlite_bind_blob_copy(handle, index, $0.baseAddress, UInt64($0.count))
        }
        try check(code)
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw failure(of: connection, code) }
    }

    // MARK: Columns

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    /// The bytes of a blob, or of a text; `nil` for NULL.
    func bytes(_ column: Int32) -> [UInt8]? {
        guard sqlite3_column_type(handle, column) != SQLITE_NULL else { return nil }
        let start = sqlite3_column_blob(handle, column)
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}

/// What SQLite says of the call that has just failed.
private func failure(of connection: OpaquePointer, _ code: Int32) -> any Error {
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED: return DatabaseBusy()
    default:
        let text = String(cString: sqlite3_errmsg(connection))
        if text.contains("no such table") {
            return OutboxError(
                .missingTable,
                "the database has no table \(OutboxTable.name); create it with OutboxTable.create(inDatabase:) or "
                    + "`leveret outbox DATABASE --create`"
            )
        }
        return OutboxError(.database, "SQLite: \(text) (code \(code))")
    }
}
