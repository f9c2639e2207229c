#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CSQLite
import LeveretCore

/// Copies a database that is in use into a new data directory, some pages at a time, and then the contents that lie
/// beside it. What is committed in between through the same connection is in the copy too, so that it is the database
/// at the moment in which the last page was copied.
package final class DatabaseCopy: JournalCopy {
    /// One mebibyte with pages of the usual size.
    private static let stepPages: Int32 = 64
    private let directory: DataDirectory
    private let source: SQLiteConnection
    /// Nil if nobody writes.
    private let contents: ContentFiles?
    private let target: DataDirectory
    private var copy: SQLiteConnection?
    private var backup: OpaquePointer?
    /// What follows when all pages are copied.
    private var contentCopy: ContentCopy?

    init(of source: SQLiteConnection, _ contents: ContentFiles?, in directory: DataDirectory, to path: String) throws {
        self.directory = directory
        self.source = source
        self.contents = contents
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
        guard copy != nil else { return }
        unlink(target.newDatabase)
        for number in target.contentFiles() { unlink(target.contentFile(number)) }
    }

    /// Copies some pages, or a piece of a content. Gives whether there is more; if not, the copy is complete and on the
    /// disk.
    package func step() throws -> Bool {
        if let contentCopy {
            guard try copying({ try contentCopy.step() }) else {
                try complete()
                return false
            }
            return true
        }
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
        sqlite3_backup_finish(backup)
        backup = nil
        contentCopy = try copying { try ContentCopy(of: source, in: directory, to: target, contents?.hold()) }
        return true
    }

    private func copying<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "copy to", in: target)
        } catch let damage as Damage {
            throw JournalFailure.damaged(damage, in: directory)
        }
    }

    /// The database gets its name last, so that an incomplete one is never taken for a copy.
    private func complete() throws {
        contentCopy = nil
        copy = nil
        try synchronizeFile(target.newDatabase)
        guard rename(target.newDatabase, target.database) == 0 else {
            throw JournalFailure(
                permanent: "cannot create \(target.database): \(systemErrorText(errno)): "
                    + "check the owner and mode of \(target.path)"
            )
        }
        try target.synchronizeWithParent()
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
            let copy = try DatabaseCopy(of: source, nil, in: directory, to: target)
            while try copy.step() {}
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "read", in: directory)
        }
    }
}
