#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeveretCore

/// The database file before SQLite touches it: making it, and seeing at a glance that it is ours and whole.
struct DatabaseFile {
    private static let headerLength = 100
    private static let magic = Array("SQLite format 3\0".utf8)

    let directory: DataDirectory

    /// Makes sure that there is a database that SQLite may open, and gives whether it had to be made. A file that looks
    /// damaged is never replaced.
    func prepare(_ settings: JournalSettings, migrations: [Migration]) throws -> Bool {
        switch fileKind(at: directory.database) {
        case .missing:
            try requireNoOrphan()
            // It belongs to a database that is gone.
            unlink(directory.logMark)
            try make(settings, migrations: migrations)
            return true
        case .other:
            try inspect()
            return false
        case .directory:
            throw JournalFailure(permanent: "\(directory.database) is a directory: move it away")
        case .unknown(let number):
            throw JournalFailure(
                permanent: "cannot read \(directory.database): \(systemErrorText(number)): "
                    + "check the owner and mode of \(directory.path)"
            )
        }
    }

    private func requireNoOrphan() throws {
        let contents = directory.contentFiles().first.map { ("its content file", directory.contentFile($0)) }
        let log = fileSize(at: directory.writeAheadLog).flatMap { $0 > 0 ? ("its log", directory.writeAheadLog) : nil }
        guard let (what, path) = log ?? contents else { return }
        throw JournalFailure(
            permanent: "\(directory.database) is missing but \(what) \(path) is there: "
                + "put the database back or restore a backup"
        )
    }

    // MARK: Making

    /// A database gets its name only when it is complete and on the disk, so that an empty or half-made file by
    /// that name is known to be damage.
    private func make(_ settings: JournalSettings, migrations: [Migration]) throws {
        for suffix in ["", "-journal", "-wal"] { unlink(directory.newDatabase + suffix) }
        do {
            try fill(settings, migrations: migrations)
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "create", in: directory)
        }
        try synchronizeFile(directory.newDatabase)
        guard rename(directory.newDatabase, directory.database) == 0 else {
            throw JournalFailure(
                permanent: "cannot create \(directory.database): \(systemErrorText(errno)): "
                    + "check the owner and mode of \(directory.path)"
            )
        }
        try directory.synchronizeWithParent()
    }

    private func fill(_ settings: JournalSettings, migrations: [Migration]) throws {
        try createPrivateFile(directory.newDatabase, in: directory)
        let connection = try SQLiteConnection(path: directory.newDatabase, fileSystem: settings.fileSystem)
        // What is cut off in the middle is thrown away: neither undone nor forced to the disk step by step.
        try connection.execute(
            """
            PRAGMA synchronous = OFF;
            PRAGMA journal_mode = MEMORY;
            PRAGMA page_size = \(settings.pageSize);
            PRAGMA auto_vacuum = INCREMENTAL;
            PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA application_id = \(Schema.applicationID);
            """
        )
        try Migration.run(migrations, on: connection, from: 0)
        try connection.execute("PRAGMA journal_mode = WAL")
    }

    // MARK: Inspecting

    /// Finds what the first bytes give away: somebody else's file, or one that was cut short.
    func inspect() throws {
        let header = try readHeader()
        guard header.bytes.count == DatabaseFile.headerLength else {
            throw JournalFailure.damaged(
                Damage(whole: "the file has only \(header.fileSize) bytes, it was cut short"),
                in: directory
            )
        }
        guard header.bytes.starts(with: DatabaseFile.magic), header.integer(at: 68) == Schema.applicationID else {
            throw JournalFailure(
                permanent: "\(directory.database) is not a database of Leveret: "
                    + "choose another data directory or restore a backup"
            )
        }
        // While there is a log, the missing pages may be in it; what is missing all the same, SQLite and the
        // checksums of the rows will tell.
        if let log = fileSize(at: directory.writeAheadLog), log > 0 { return }
        guard header.integer(at: 24) == header.integer(at: 92) else { return }
        let size = header.integer(at: 28) * header.pageSize
        guard header.fileSize >= size else {
            throw JournalFailure.damaged(
                Damage(whole: "the file has \(header.fileSize) bytes instead of \(size), it was cut short"),
                in: directory
            )
        }
    }

    private func readHeader() throws -> Header {
        let descriptor = open(directory.database, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw JournalFailure(
                permanent: "cannot open \(directory.database): \(systemErrorText(errno)): check its owner and mode"
            )
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: DatabaseFile.headerLength)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count >= 0 else {
            throw JournalFailure(
                permanent: "cannot read \(directory.database): \(systemErrorText(errno)): check the disk"
            )
        }
        return Header(bytes: Array(bytes.prefix(count)), fileSize: Int64(fileSize(at: directory.database) ?? 0))
    }

    private struct Header {
        var bytes: [UInt8]
        var fileSize: Int64

        func integer(at offset: Int) -> Int64 {
            bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int64($1) }
        }

        var pageSize: Int64 {
            let stored = Int64(bytes[16]) << 8 | Int64(bytes[17])
            return stored == 1 ? 65_536 : stored
        }
    }
}
