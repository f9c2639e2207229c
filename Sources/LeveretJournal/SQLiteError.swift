#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CSQLite

/// What SQLite said when a call did not succeed.
struct SQLiteError: Error {
    /// The extended result code.
    var code: Int32
    /// The operating system's error number, if SQLite noted one.
    var systemError: Int32
    var message: String

    init(code: Int32, systemError: Int32 = 0, message: String) {
        self.code = code
        self.systemError = systemError
        self.message = message
    }

    /// The last error of a connection; to be taken before anything else is called on it.
    init(of connection: OpaquePointer?, code: Int32) {
        let extended = connection.map { sqlite3_extended_errcode($0) } ?? code
        // Calls that fail without touching the connection leave an older code there.
        self.code = extended & 0xFF == code & 0xFF ? extended : code
        systemError = primaryNeedsSystemError(code) ? connection.map { sqlite3_system_errno($0) } ?? 0 : 0
        message = String(cString: sqlite3_errstr(self.code))
        if let connection, let text = sqlite3_errmsg(connection), self.code == extended {
            message = String(cString: text)
        }
    }

    var primaryCode: Int32 { code & 0xFF }

    /// Whether there was no room to write: nothing is broken, and the same may succeed later.
    var isOutOfSpace: Bool {
        if primaryCode == SQLITE_FULL { return true }
        return code == leveret_sqlite_ioerr_write && (systemError == ENOSPC || systemError == EDQUOT)
    }

    /// Whether the bytes on the disk make no sense to SQLite.
    var isDamage: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }

    /// Whether the disk, or the end of the file, keeps the bytes from being read.
    var isUnreadable: Bool { primaryCode == SQLITE_IOERR }

    /// Whether a statement does not fit the tables: their description is damaged.
    var isUnknownTable: Bool { primaryCode == SQLITE_ERROR }

    /// Whether another program holds the file.
    var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }

    var text: String {
        systemError == 0 ? message : "\(message) (\(systemErrorText(systemError)))"
    }
}

private func primaryNeedsSystemError(_ code: Int32) -> Bool {
    code & 0xFF == SQLITE_IOERR || code & 0xFF == SQLITE_CANTOPEN || code & 0xFF == SQLITE_FULL
}

/// The operating system's words for an error number.
func systemErrorText(_ number: Int32) -> String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
}
