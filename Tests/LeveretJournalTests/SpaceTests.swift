import CFaultyDisk
import LeveretCore
import LeveretJournal
import Testing

@Suite struct SpaceTests {
    private func fileSize(_ path: String) throws -> Int { try TemporaryDirectory.read(path).count }

    /// Everything lies in the database.
    private func settings(_ disk: FaultyDisk? = nil) -> JournalSettings {
        var settings = JournalWorkload.settings(disk)
        settings.separateContentBytes = .max
        return settings
    }

    @Test func `the file becomes small again when a backlog has been consumed, in small steps`() throws {
        let directory = try TemporaryDirectory()
        let journal = try SQLiteJournal(directory: directory.path, settings: settings())
        _ = try journal.recover()
        let backlog = 1...60 as ClosedRange<UInt64>
        for number in backlog {
            try journal.commit(.make { $0.segments = [.make(number, bytes: 20_000)] })
            _ = try journal.tidy(isIdle: false)
        }
        while try journal.tidy(isIdle: true) {}
        #expect(try fileSize(directory.database) > 1_200_000)
        try journal.commit(.make { $0.deletedSegments = backlog.dropLast().map { SegmentID(rawValue: $0) } })
        var steps = 0
        while try journal.tidy(isIdle: true) { steps += 1 }
        // A step moves four pages of one kilobyte.
        #expect(steps > 250)
        #expect(try fileSize(directory.database) < 100_000)
        #expect(try journal.loadSegment(SegmentID(rawValue: 60)) == SegmentWrite.make(60, bytes: 20_000).content)
        journal.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
    }

    @Test func `the log stays short while what lives is moved to the front of the file`() throws {
        let directory = try TemporaryDirectory()
        let settings = settings()
        let journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        for number in 1...60 as ClosedRange<UInt64> {
            try journal.commit(.make { $0.segments = [.make(number, bytes: 20_000)] })
            _ = try journal.tidy(isIdle: false)
        }
        try journal.commit(.make { $0.deletedSegments = (1...30).map { SegmentID(rawValue: $0) } })
        var longest = 0
        while try journal.tidy(isIdle: true) { longest = max(longest, try fileSize(directory.database + "-wal")) }
        #expect(longest < settings.checkpointBytes * 3)
        #expect(try fileSize(directory.database) < 700_000)
        #expect(try journal.loadSegment(SegmentID(rawValue: 60)) == SegmentWrite.make(60, bytes: 20_000).content)
        journal.close()
    }

    @Test func `nothing is given back while commits wait`() throws {
        let directory = try TemporaryDirectory()
        let journal = try SQLiteJournal(directory: directory.path, settings: settings())
        _ = try journal.recover()
        for number in 1...20 as ClosedRange<UInt64> {
            try journal.commit(.make { $0.segments = [.make(number, bytes: 20_000)] })
        }
        while try journal.tidy(isIdle: true) {}
        let size = try fileSize(directory.database)
        try journal.commit(.make { $0.deletedSegments = (1...19).map { SegmentID(rawValue: $0) } })
        #expect(try journal.tidy(isIdle: false), "there is more to do when there is time")
        #expect(try fileSize(directory.database) >= size)
        journal.close()
    }

    @Test func `a commit does not move the log into the database, the work after it does`() throws {
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        let journal = try SQLiteJournal(directory: directory.path, settings: settings(disk))
        _ = try journal.recover()
        disk.record()
        for number in 1...20 as ClosedRange<UInt64> {
            try journal.commit(.make { $0.segments = [.make(number, bytes: 20_000)] })
        }
        #expect(disk.entries.allSatisfy { $0.file != "leveret.db" })
        _ = try journal.tidy(isIdle: false)
        #expect(disk.entries.contains { $0.file == "leveret.db" && $0.operation == FAULTY_DISK_WRITE })
        journal.close()
    }
}
