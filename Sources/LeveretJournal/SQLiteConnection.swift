import CSQLite

/// A connection to a database file. Used by one thread at a time, so SQLite's own locks are off.
package final class SQLiteConnection {
    let handle: OpaquePointer
    /// How many pages the write-ahead log holds, as of the last commit.
    fileprivate(set) var logPages = 0

    package init(path: String, create: Bool = false, fileSystem: String? = nil) throws {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0)
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags, fileSystem)
        guard code == SQLITE_OK, let opened else {
            let error = SQLiteError(of: opened, code: code)
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        sqlite3_extended_result_codes(opened, 1)
        // A damaged or doctored schema must not be able to do more than fail.
        setSwitch(SQLITE_DBCONFIG_TRUSTED_SCHEMA, on: false)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Whether no transaction is open.
    var isInAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

    func setSwitch(_ option: Int32, on: Bool) {
        _ = leveret_sqlite_set_switch(handle, option, on ? 1 : 0)
    }

    func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw SQLiteError(of: handle, code: code) }
    }

    /// Runs statements that yield nothing, or nothing of interest.
    package func execute(_ sql: String) throws {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    func prepare(_ sql: String) throws -> SQLiteStatement {
        try SQLiteStatement(self, sql)
    }

    /// The first column of the first row of a query, as text; nil if there is no row.
    package func value(_ sql: String) throws -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? try statement.text(0) : nil
    }

    /// The first column of the first row of a query, as a number; nil if there is no row.
    package func integer(_ sql: String) throws -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Runs the body within a transaction, which is rolled back if it throws.
    func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            if !isInAutocommit { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// The file of the write-ahead log, as long as the connection is open; nil if there is none.
    var log: UnsafeMutablePointer<sqlite3_file>? {
        var log: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK else { return nil }
        return log?.pointee.pMethods == nil ? nil : log
    }

    /// Counts the pages in the write-ahead log from now on. Replaces SQLite's own checkpoints.
    func followLog() {
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().logPages = Int(pages)
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }
}
