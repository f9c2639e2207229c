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

/// The write-ahead log's file is longer than what is in it, so that commits write over bytes that are there.
@Suite struct LogSpaceTests {
    let directory: TemporaryDirectory
    let disk: FaultyDisk

    init() throws {
        directory = try TemporaryDirectory()
        disk = try FaultyDisk()
    }

    private var log: String { directory.database + "-wal" }

    private func open() throws -> SQLiteJournal {
        var settings = JournalSettings()
        settings.pageSize = 1_024
        settings.fileSystem = disk.name
        let journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        return journal
    }

    private func logLength() throws -> Int { try TemporaryDirectory.read(log).count }

    @Test func `no commit makes the file of the log longer, though the log grows through it`() throws {
        let journal = try open()
        var written = 0
        for number in 1...60 as ClosedRange<UInt64> {
            let length = try logLength()
            disk.record()
            try journal.commit(.make { $0.segments = [.make(number, bytes: 20_000)] })
            let writes = disk.entries.filter { $0.file == "leveret.db-wal" && $0.operation == FAULTY_DISK_WRITE }
            #expect(writes.count > 20)
            #expect(writes.allSatisfy { $0.number + $0.bytes.count <= length }, "commit \(number)")
            written += writes.reduce(0) { $0 + $1.bytes.count }
            _ = try journal.tidy(isIdle: false)
        }
        #expect(written > 1_000_000)
        journal.close()
    }

    @Test func `a log that starts over does not grow again`() throws {
        let journal = try open()
        try journal.commit(.make { $0.segments = [.make(1, bytes: 100_000)] })
        while try journal.tidy(isIdle: true) {}
        var longest = try logLength()
        for number in 2...400 as ClosedRange<UInt64> {
            try journal.commit(.make { $0.segments = [.make(number, bytes: 100_000)] })
            _ = try journal.tidy(isIdle: false)
            longest = max(longest, try logLength())
        }
        // Each page has a header of 24 bytes, and the commit that makes the log long enough goes beyond.
        #expect(longest < JournalSettings().checkpointBytes / 1_024 * (24 + 1_024) + 200_000)
        journal.close()
    }

    @Test(arguments: [100, 70_000, 300_000, 3 << 20])
    func `a commit that is longer than the room ahead of it stays as it was written`(bytes: Int) throws {
        let journal = try open()
        var written: [SegmentWrite] = []
        for number in 1...24 as ClosedRange<UInt64> {
            // Short ones, then one that goes beyond the end of the file.
            let segment = SegmentWrite.make(number, bytes: number.isMultiple(of: 6) ? bytes : 500)
            try journal.commit(.make { $0.segments = [segment] })
            _ = try journal.tidy(isIdle: false)
            written.append(segment)
        }
        for segment in written { #expect(try journal.loadSegment(segment.id) == segment.content) }
        journal.abandon()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
        let again = try open()
        for segment in written { #expect(try again.loadSegment(segment.id) == segment.content) }
        again.close()
    }

    @Test func `without room for bytes ahead commits go on, and nothing of them is lost`() throws {
        let journal = try open()
        var failures = 0
        for number in 1...40 as ClosedRange<UInt64> {
            try journal.commit(.make { $0.segments = [.make(number, bytes: 20_000)] })
            disk.fail(FAULTY_DISK_WRITE, nth: 1, error: ENOSPC, persists: true)
            _ = try journal.tidy(isIdle: false)
            failures += disk.hasFailed ? 1 : 0
            disk.heal()
        }
        #expect(failures == 1, "it is not tried again and again")
        journal.abandon()
        let again = try open()
        #expect(segmentCount(again) == 40)
        again.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
    }

    private func segmentCount(_ journal: SQLiteJournal) -> Int {
        (1...41).prefix { (try? journal.loadSegment(SegmentID(rawValue: $0))) != nil }.count
    }
}
