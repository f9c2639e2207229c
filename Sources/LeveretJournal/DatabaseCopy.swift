#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CSQLite
import LeveretCore

/// Copies a database that is in use into a new data directory, some pages at a time. What is committed in between
/// through the same connection is in the copy too, so that it is the database at the moment of the last step.
package final class DatabaseCopy: JournalCopy {
    /// One mebibyte with pages of the usual size.
    private static let stepPages: Int32 = 64
    private let source: SQLiteConnection
    private let target: DataDirectory
    private var copy: SQLiteConnection?
    private var backup: OpaquePointer?

    init(of source: SQLiteConnection, to path: String) throws {
        self.source = source
        target = DataDirectory(path: path)
        try target.create()
        try target.requireEmpty()
        do {
            try createPrivateFile(target.newDatabase, in: target)
            let copy = try SQLiteConnection(path: target.newDatabase)
            // Nothing of the copy counts before it is complete and on the disk.
            try copy.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            self.copy = copy
            backup = sqlite3_backup_init(copy.handle, "main", source.handle, "main")
            if backup == nil { throw SQLiteError(of: copy.handle, code: sqlite3_errcode(copy.handle)) }
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "create", in: target)
        }
    }

    deinit {
        sqlite3_backup_finish(backup)
        if copy != nil { unlink(target.newDatabase) }
    }

    /// Copies some pages. Gives whether there are more; if not, the copy is complete and on the disk.
    package func step() throws -> Bool {
        switch sqlite3_backup_step(backup, DatabaseCopy.stepPages) {
        case SQLITE_OK: return true
        case SQLITE_DONE: break
        case let code:
            throw JournalFailure.from(
                SQLiteError(code: code, message: String(cString: sqlite3_errstr(code))),
                while: "copy to",
                in: target
            )
        }
        try complete()
        return false
    }

    /// The database gets its name last, so that an incomplete one is never taken for a copy.
    private func complete() throws {
        sqlite3_backup_finish(backup)
        backup = nil
        copy = nil
        try synchronizeFile(target.newDatabase)
        guard rename(target.newDatabase, target.database) == 0 else {
            throw JournalFailure(
                permanent: "cannot create \(target.database): \(systemErrorText(errno)): "
                    + "check the owner and mode of \(target.path)"
            )
        }
        try synchronizeDirectory(target.path)
    }

    /// Copies the database in a data directory that no broker uses.
    ///
    /// - Throws: `JournalFailure` if there is none, a broker uses it, its log is known to be damaged, or the target
    ///   is not empty.
    package static func run(directory path: String, to target: String) throws {
        let directory = DataDirectory(path: path)
        guard case .other = fileKind(at: directory.database) else {
            throw JournalFailure(
                permanent: "there is no database \(directory.database): name the data directory of a broker"
            )
        }
        let lock = try DataDirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        try DatabaseFile(directory: directory).inspect()
        if let damage = try LogMarkCheck(directory: directory).inspect().damage {
            throw JournalFailure.damaged(damage, in: directory)
        }
        do {
            let source = try JournalDatabase.open(directory, settings: JournalSettings())
            let copy = try DatabaseCopy(of: source, to: target)
            while try copy.step() {}
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "read", in: directory)
        }
    }
}
