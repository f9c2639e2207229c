import ArgumentParser
import LeveretJournal

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A database with the tables of a broker's and nothing in them.
struct BareDatabase {
    let folder: String
    private var path: String { folder + "/bare.db" }

    /// Makes the database, if there is none, and opens it.
    func open() throws {
        if access(path, F_OK) != 0 { try make() }
        let connection = try SQLiteConnection(path: path)
        try connection.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
    }

    /// It gets its name when it is on the disk.
    private func make() throws {
        try require(mkdir(folder, 0o700) == 0 || errno == EEXIST)
        let new = path + ".new"
        try fill(new)
        try force(new)
        try require(rename(new, path) == 0)
        try force(folder)
    }

    private func fill(_ new: String) throws {
        let connection = try SQLiteConnection(path: new, create: true)
        try connection.execute(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA page_size = 16384;"
        )
        try connection.execute("BEGIN; \(Migration.steps.map(\.sql).joined(separator: "\n")) COMMIT;")
        try connection.execute("PRAGMA journal_mode = WAL")
    }

    private func force(_ path: String) throws {
        let file = fopen(path, "r")
        try require(file != nil)
        defer { if let file { fclose(file) } }
        try require(fsync(fileno(file)) == 0)
    }

    private func require(_ isDone: Bool) throws {
        guard isDone else { throw ValidationError("\(folder): \(String(cString: strerror(errno)))") }
    }
}
