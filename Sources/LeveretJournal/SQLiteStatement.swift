import CSQLite

/// A prepared statement. Columns are numbered from 0, parameters from 1.
final class SQLiteStatement {
    enum ColumnType {
        case null, integer, real, text, blob
    }

    private let handle: OpaquePointer
    /// A statement must not outlive its connection.
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection, _ sql: String) throws {
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        try connection.check(sqlite3_prepare_v3(connection.handle, sql, -1, flags, &prepared, nil))
        guard let prepared else {
            throw SQLiteError(code: SQLITE_MISUSE, message: "the statement is empty")
        }
        handle = prepared
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: Running

    /// Goes to the next row; false when there is none.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw SQLiteError(of: connection.handle, code: code)
        }
    }

    /// Makes the statement ready to run again and lets go of what was bound.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// Runs a statement that yields no rows.
    func run() throws {
        defer { reset() }
        while try step() {}
    }

    // MARK: Parameters

    func bind(_ value: Int64, at index: Int32) throws {
        try connection.check(sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ value: String, at index: Int32) throws {
        var value = value
        let code = value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                leveret_sqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count))
            }
        }
        try connection.check(code)
    }

    /// Binds bytes that the caller keeps in place until the statement is reset.
    func bind(inPlace bytes: UnsafeRawBufferPointer, at index: Int32) throws {
        try connection.check(leveret_sqlite_bind_blob(handle, index, bytes.baseAddress, UInt64(bytes.count)))
    }

    // MARK: Columns

    func type(_ column: Int32) -> ColumnType {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func text(_ column: Int32) throws -> String {
        let start = UnsafeRawPointer(sqlite3_column_text(handle, column))
        return String(decoding: try bytes(of: column, from: start), as: UTF8.self)
    }

    func blob(_ column: Int32) throws -> [UInt8] {
        try withBlob(column) { [UInt8]($0) }
    }

    /// Lends a column's bytes, which are gone at the next step or reset.
    func withBlob<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        try body(try bytes(of: column, from: sqlite3_column_blob(handle, column)))
    }

    private func bytes(of column: Int32, from start: UnsafeRawPointer?) throws -> UnsafeRawBufferPointer {
        guard let start else {
            // An empty value and a lack of memory look alike here.
            if sqlite3_errcode(connection.handle) == SQLITE_NOMEM {
                throw SQLiteError(of: connection.handle, code: SQLITE_NOMEM)
            }
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }
}
