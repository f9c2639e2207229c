#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CFaultyDisk
import LeveretCore
import LeveretJournal
import Testing

/// SQLite takes a write-ahead log to end where it cannot read on. The mark beside it tells whether that is the end.
@Suite struct LogDamageTests {
    let directory: TemporaryDirectory
    private static let frame = 24 + 1_024

    /// Five batches are in the log, and the process ends.
    init() throws {
        directory = try TemporaryDirectory()
        try commit(1...5, durability: .full)
    }

    private func commit(_ numbers: ClosedRange<UInt64>, durability: Durability) throws {
        var settings = JournalWorkload.settings(nil, durability: durability)
        settings.separateContentBytes = .max
        let journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        for number in numbers { try journal.commit(.make { $0.segments = [.make(number, bytes: 3_000)] }) }
        journal.abandon()
    }

    private var log: String { directory.database + "-wal" }
    private var mark: String { directory.database + "-mark" }

    private func expectRefused(_ words: String) throws {
        let files = ["", "-wal", "-mark"].map { try? TemporaryDirectory.read(directory.database + $0) }
        #expect(try JournalCheck.run(directory: directory.path).problems.contains { $0.contains(words) })
        let failure = #expect(throws: JournalFailure.self) {
            try SQLiteJournal(directory: directory.path, durability: .full)
        }
        #expect(failure?.text.contains(words) == true, "\(failure?.text ?? "")")
        #expect(failure?.text.contains("run `leveret check \(directory.path)`") == true)
        let after = ["", "-mark"].map { try? TemporaryDirectory.read(directory.database + $0) }
        #expect(after == [files[0], files[2]])
    }

    private func segments() throws -> [UInt64] {
        let journal = try SQLiteJournal(directory: directory.path, durability: .full)
        defer { journal.close() }
        return try journal.recover().segments.map(\.id.rawValue)
    }

    private func flip(_ offset: Int) throws {
        var bytes = try TemporaryDirectory.read(log)
        bytes[offset] ^= 0x40
        try TemporaryDirectory.write(bytes, to: log)
    }

    /// How many pages are in the log. Behind them the file goes on with zeros.
    private func writtenPages() throws -> Int {
        let bytes = try TemporaryDirectory.read(log)
        let salts = bytes[16..<24]
        return stride(from: 32, to: bytes.count - LogDamageTests.frame, by: LogDamageTests.frame)
            .prefix { bytes[($0 + 8)..<($0 + 16)].elementsEqual(salts) }.count
    }

    @Test func `a log that is whole is recovered`() throws {
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
        #expect(try segments() == [1, 2, 3, 4, 5])
    }

    @Test func `a log that was deleted after the process was killed is missed`() throws {
        unlink(log)
        try expectRefused("its write-ahead log is missing or empty")
    }

    /// The process ends when the log has been moved into the database, and before it starts over.
    private func moveLog() throws {
        let journal = try SQLiteJournal(directory: directory.path, settings: JournalWorkload.settings(nil))
        _ = try journal.recover()
        try journal.commit(.make { $0.segments = [.make(6, bytes: 3_000)] })
        while try journal.tidy(isIdle: true) {}
        journal.abandon()
    }

    @Test(arguments: [0, 20])
    func `a log that is in the database may be gone, or torn where it starts over`(length: Int) throws {
        try moveLog()
        var bytes = try TemporaryDirectory.read(log)
        if length == 0 {
            unlink(log)
        } else {
            bytes.replaceSubrange(12..<length, with: [UInt8](repeating: 7, count: length - 12))
            try TemporaryDirectory.write(bytes, to: log)
        }
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
        #expect(try segments() == [1, 2, 3, 4, 5, 6])
    }

    @Test func `a part of a log that is in the database is refused, as it would be put over what is newer`() throws {
        try moveLog()
        try TemporaryDirectory.write(Array(try TemporaryDirectory.read(log).prefix(10_000)), to: log)
        try expectRefused("committed pages in the write-ahead log only the first")
    }

    @Test(arguments: [0, 20, 32, 2_000, 10_000])
    func `a log that was cut short is missed`(length: Int) throws {
        try TemporaryDirectory.write(Array(try TemporaryDirectory.read(log).prefix(length)), to: log)
        try expectRefused(length < 33 ? "write-ahead log" : "committed pages in the write-ahead log only the first")
    }

    @Test(arguments: [0, 1, 7, -1])
    func `a byte that changed in any page of the log is found, also in that of the last commit`(page: Int) throws {
        let number = page < 0 ? try writtenPages() + page : page
        for place in [8, 24, 500] {
            try flip(32 + number * LogDamageTests.frame + place)
            try expectRefused("committed pages in the write-ahead log only the first")
            try flip(32 + number * LogDamageTests.frame + place)
        }
        #expect(try segments().count == 5)
    }

    @Test func `an older log in place of the last one is found`() throws {
        let old = try TemporaryDirectory.read(log)
        var settings = JournalSettings()
        settings.separateContentBytes = .max
        let journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        try journal.commit(.make { $0.segments = [.make(6)] })
        while try journal.tidy(isIdle: true) {}
        var number: UInt64 = 7
        // On and on, until the log has started over.
        while try TemporaryDirectory.read(log).prefix(32) == old.prefix(32) {
            try journal.commit(.make { $0.segments = [.make(number, bytes: 2 << 20)] })
            while try journal.tidy(isIdle: true) {}
            number += 1
        }
        journal.abandon()
        try TemporaryDirectory.write(old, to: log)
        try expectRefused("the write-ahead log is an older one")
    }

    @Test func `commits behind a damaged page are seen even if the mark got lost on the way to the disk`() throws {
        let early = try TemporaryDirectory()
        let disk = try FaultyDisk()
        disk.record()
        let journal = try SQLiteJournal(directory: early.path, settings: JournalWorkload.settings(disk))
        try journal.commit(.make { $0.segments = [.make(1, bytes: 100)] })
        journal.abandon()
        let writes = disk.entries.filter { $0.file == "leveret.db-mark" && $0.operation != FAULTY_DISK_OPEN }
        #expect(writes.prefix(2).map(\.operation) == [FAULTY_DISK_WRITE, FAULTY_DISK_SYNC])
        let mark = try #require(writes.first).bytes
        // The mark as it was forced to the disk before the first commit; two commits follow the damage.
        try TemporaryDirectory.write(mark, to: self.mark)
        try flip(32 + 2 * LogDamageTests.frame + 24)
        try expectRefused("commits in the write-ahead log lie behind the damaged page 3")
    }

    @Test func `a journal that was closed needs no log`() throws {
        try SQLiteJournal(directory: directory.path, durability: .full).close()
        #expect(fileSize(log) == nil)
        #expect(try segments() == [1, 2, 3, 4, 5])
    }

    @Test func `less durability promises less`() throws {
        try SQLiteJournal(directory: directory.path, durability: .full).close()
        try commit(6...9, durability: .normal)
        unlink(log)
        #expect(try segments() == [1, 2, 3, 4, 5])
    }

    @Test func `a damaged mark is reported and is no obstacle`() throws {
        try TemporaryDirectory.write([UInt8](repeating: 3, count: 40), to: mark)
        #expect(try JournalCheck.run(directory: directory.path).problems == ["log: the mark \(mark) is damaged"])
        #expect(try segments() == [1, 2, 3, 4, 5])
    }

    private func fileSize(_ path: String) -> Int? { try? TemporaryDirectory.read(path).count }
}
