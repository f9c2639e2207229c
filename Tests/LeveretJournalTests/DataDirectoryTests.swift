#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import LeveretCore
import LeveretJournal
import Testing

@Suite struct DataDirectoryTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func failure(opening path: String) throws -> JournalFailure {
        let failure = #expect(throws: JournalFailure.self) { try SQLiteJournal(directory: path, durability: .off) }
        return try #require(failure)
    }

    @Test func `a directory is free at once, even if a child that is just being started has the lock's descriptor too`()
        throws
    {
        let temporary = try TemporaryDirectory()
        let directory = DataDirectory(path: temporary.path)
        var lock: DataDirectoryLock? = try DataDirectoryLock(directory)
        #expect(throws: JournalFailure.self) { try DataDirectoryLock(directory) }
        // As between fork and exec.
        let inherited = try #require(duplicates(of: directory.lock).first)
        defer { close(inherited) }
        withExtendedLifetime(lock) {}
        lock = nil
        _ = try DataDirectoryLock(directory)
    }

    /// Second descriptors of this process for a file that it has open.
    private func duplicates(of path: String) -> [Int32] {
        var wanted = stat()
        guard stat(path, &wanted) == 0 else { return [] }
        return (0..<Int32(4096)).filter { descriptor in
            var found = stat()
            return fstat(descriptor, &found) == 0 && found.st_ino == wanted.st_ino && found.st_dev == wanted.st_dev
        }.map { dup($0) }
    }

    @Test func `missing folders are made for their owner only`() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/a/b/"
        defer {
            for name in TemporaryDirectory.names(in: path) { unlink(path + name) }
            rmdir(path)
            rmdir(temporary.path + "/a")
        }
        let journal = try SQLiteJournal(directory: path, durability: .full)
        _ = try journal.recover()
        try journal.commit(.make { $0.segments = [.make(1)] })
        #expect(mode(path) == 0o700)
        #expect(mode(temporary.path + "/a") == 0o700)
        #expect(mode(path + "leveret.db") == 0o600)
        #expect(mode(path + "leveret.db-wal") == 0o600)
        #expect(mode(path + "leveret.db-mark") == 0o600)
        journal.close()
        #expect(TemporaryDirectory.names(in: path) == ["leveret.db", "leveret.db-mark", "leveret.lock"])
    }

    @Test func `a second broker is refused and told who is there`() throws {
        let directory = try TemporaryDirectory()
        let journal = try SQLiteJournal(directory: directory.path, durability: .off)
        let refused = try failure(opening: directory.path)
        #expect(refused.text.contains("another broker (pid \(getpid())) uses \(directory.path)"))
        #expect(!refused.isRetryable)
        #expect(throws: JournalFailure.self) { try JournalCheck.run(directory: directory.path) }
        journal.close()
        #expect(throws: Never.self) { try SQLiteJournal(directory: directory.path, durability: .off).recover() }
    }

    @Test func `a file in place of the folder is refused`() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/file"
        try TemporaryDirectory.write([1], to: file)
        #expect(try failure(opening: file).text.contains("\(file) is not a directory"))
        #expect(try failure(opening: file + "/inside").text.contains("\(file)"))
        #expect(try failure(opening: "").text.contains("no name"))
    }

    @Test func `a folder in which nothing can be written is refused`() throws {
        let directory = try TemporaryDirectory()
        chmod(directory.path, 0o500)
        // Modes do not bind root; a file system of the kernel's does.
        let path = geteuid() == 0 ? "/proc/self" : directory.path
        let text = try failure(opening: path).text
        #expect(text.contains("cannot write in the data directory \(path)"))
        #expect(TemporaryDirectory.names(in: directory.path).isEmpty)
    }

    @Test func `a folder that cannot be made is refused`() throws {
        let text = try failure(opening: "/dev/null/data").text
        #expect(text.contains("/dev/null"))
        #expect(!text.contains("\n"))
    }
}
