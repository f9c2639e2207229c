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

/// Large contents lie in files beside the database: written once, and given back when they are done.
@Suite struct ContentFileTests {
    private static let bytes = 20_000

    /// Five contents fill a file.
    private func settings(_ disk: FaultyDisk? = nil, durability: Durability = .full) -> JournalSettings {
        var settings = JournalSettings(durability: durability)
        settings.separateContentBytes = 8_000
        settings.contentFileBytes = 102_400
        settings.fileSystem = disk?.name
        return settings
    }

    private func open(_ directory: TemporaryDirectory, _ settings: JournalSettings) throws -> SQLiteJournal {
        let journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        return journal
    }

    private func write(_ numbers: ClosedRange<UInt64>, to journal: SQLiteJournal) throws {
        for number in numbers {
            try journal.commit(.make { $0.segments = [.make(number, bytes: ContentFileTests.bytes)] })
            _ = try journal.tidy(isIdle: false)
        }
    }

    private func delete(_ numbers: [UInt64], from journal: SQLiteJournal) throws {
        try journal.commit(.make { $0.deletedSegments = numbers.map { SegmentID(rawValue: $0) } })
        while try journal.tidy(isIdle: true) {}
    }

    private func requireContents(_ numbers: [UInt64], of journal: SQLiteJournal) throws {
        for number in numbers {
            let expected = SegmentWrite.make(number, bytes: ContentFileTests.bytes).content
            #expect(try journal.loadSegment(SegmentID(rawValue: number)) == expected)
        }
    }

    private func files(_ directory: TemporaryDirectory) -> [String] {
        TemporaryDirectory.names(in: directory.path).filter { $0.hasPrefix("leveret.db-content") }
    }

    // MARK: Writing and reading

    @Test func `what comes many bytes at a time is not written to the database, and is there after a start`() throws {
        let directory = try TemporaryDirectory()
        var journal = try open(directory, settings())
        try write(1...12, to: journal)
        try journal.commit(.make { $0.segments = [.make(13, bytes: 100)] })
        #expect(files(directory) == ["leveret.db-content1", "leveret.db-content2", "leveret.db-content3"])
        journal.close()
        #expect(try TemporaryDirectory.read(directory.database).count < 400_000)

        journal = try open(directory, settings())
        try requireContents(Array(1...12), of: journal)
        #expect(try journal.loadSegment(SegmentID(rawValue: 13)) == SegmentWrite.make(13, bytes: 100).content)
        try write(14...15, to: journal)
        try requireContents(Array(1...12) + [14, 15], of: journal)
        journal.close()
        let report = try JournalCheck.run(directory: directory.path)
        #expect(report.problems == [])
        #expect(report.contentBytes == 14 * ContentFileTests.bytes + 100)
        #expect(report.contentFileBytes >= 14 * ContentFileTests.bytes)
    }

    @Test func `segments of one commit lie side by side, in pieces or whole, empty ones in their rows`() throws {
        let directory = try TemporaryDirectory()
        var journal = try open(directory, settings())
        let segments: [SegmentWrite] = [
            .make(1, bytes: 9_000), .make(2, bytes: 9_000, pieces: [10..<500, 8_000..<9_000]),
            .make(3, bytes: 300_000), .make(4, bytes: 64, pieces: []),
        ]
        try journal.commit(.make { $0.segments = segments })
        journal.abandon()
        journal = try open(directory, settings())
        for segment in segments { #expect(try journal.loadSegment(segment.id) == segment.content) }
        journal.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
    }

    @Test(arguments: [Durability.normal, .off])
    func `without forced writes contents stay in the database`(durability: Durability) throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings(durability: durability))
        try write(1...5, to: journal)
        #expect(files(directory) == [])
        try requireContents(Array(1...5), of: journal)
        journal.close()
    }

    @Test func `a content is on the disk before its commit is`() throws {
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        let journal = try open(directory, settings(disk))
        try write(1...1, to: journal)
        disk.record()
        try write(2...3, to: journal)
        let forced = disk.entries.filter { $0.operation == FAULTY_DISK_SYNC }.map(\.file)
        #expect(forced == ["leveret.db-content1", "leveret.db-wal", "leveret.db-content1", "leveret.db-wal"])
        journal.close()
    }

    // MARK: Giving back

    @Test func `a file goes when the last content in it is done`() throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings())
        try write(1...12, to: journal)
        try delete([1, 2, 3, 4], from: journal)
        #expect(files(directory).contains("leveret.db-content1"))
        try delete([5], from: journal)
        #expect(files(directory) == ["leveret.db-content2", "leveret.db-content3"])
        try requireContents(Array(6...12), of: journal)
        journal.close()
    }

    @Test func `of a file in which something lives the rest is given back`() throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings())
        try write(1...12, to: journal)
        let full = directory.room("leveret.db-content1")
        try delete([1, 2, 4, 5], from: journal)
        #expect(directory.room("leveret.db-content1") <= full / 4)
        try requireContents([3] + Array(6...12), of: journal)
        journal.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
    }

    @Test func `a file in which nothing lives any more is filled anew`() throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings())
        for round in 0..<20 as Range<UInt64> {
            try write(round * 3 + 1...round * 3 + 3, to: journal)
            try requireContents(Array(round * 3 + 1...round * 3 + 3), of: journal)
            try delete(Array(round * 3 + 1...round * 3 + 3), from: journal)
        }
        #expect(files(directory) == ["leveret.db-content1"])
        journal.close()
    }

    @Test func `under load files in which nothing lives are filled anew`() throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings())
        for round in 0..<20 as Range<UInt64> {
            try write(round * 5 + 1...round * 5 + 5, to: journal)
            guard round > 0 else { continue }
            let done = (round * 5 - 4...round * 5).map { SegmentID(rawValue: $0) }
            try journal.commit(.make { $0.deletedSegments = done })
            try requireContents(Array(round * 5 + 1...round * 5 + 5), of: journal)
        }
        #expect(files(directory) == ["leveret.db-content1", "leveret.db-content2"])
        journal.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
    }

    @Test func `when much is done some is given back under load, too`() throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings())
        try write(1...60, to: journal)
        #expect(files(directory).count == 12)
        try journal.commit(.make { $0.deletedSegments = (1...60).map { SegmentID(rawValue: $0) } })
        for _ in 0..<20 { #expect(try journal.tidy(isIdle: false)) }
        #expect(files(directory).count == 4)
        while try journal.tidy(isIdle: true) {}
        #expect(files(directory) == ["leveret.db-content12"], "the one that is being filled")
        journal.close()
    }

    @Test func `a long file is given back in small steps`() throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings())
        try journal.commit(.make { $0.segments = [.make(1, bytes: 5 << 20)] })
        try journal.commit(.make { $0.deletedSegments = [SegmentID(rawValue: 1)] })
        var lengths: [Int] = []
        while try journal.tidy(isIdle: true) {
            lengths.append((try? TemporaryDirectory.read(directory.database + "-content1").count) ?? 0)
        }
        #expect(lengths.starts(with: [4 << 20, 3 << 20, 2 << 20, 1 << 20]))
        #expect(files(directory) == [])
        journal.close()
    }

    @Test func `a file that one content has made long is not kept`() throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings())
        try journal.commit(.make { $0.segments = [.make(1, bytes: 700_000)] })
        try delete([1], from: journal)
        #expect(files(directory) == [])
        try write(2...3, to: journal)
        try requireContents([2, 3], of: journal)
        journal.close()
    }

    // MARK: Failures

    @Test func `what was written for a commit that failed is written over, and thrown away by a start`() throws {
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        var journal = try open(directory, settings(disk))
        try write(1...1, to: journal)
        // The first write is the content's, the second the log's.
        disk.fail(FAULTY_DISK_WRITE, nth: 2, error: ENOSPC, persists: true)
        #expect(throws: JournalFailure.self) { try write(2...2, to: journal) }
        disk.heal()
        try write(3...3, to: journal)
        try requireContents([1, 3], of: journal)
        journal.abandon()
        journal = try open(directory, settings(disk))
        try requireContents([1, 3], of: journal)
        journal.abandon()

        try TemporaryDirectory.write([1, 2, 3], to: directory.database + "-content77")
        journal = try open(directory, settings(disk))
        while try journal.tidy(isIdle: true) {}
        #expect(files(directory) == ["leveret.db-content1"])
        try write(4...4, to: journal)
        #expect(files(directory) == ["leveret.db-content1", "leveret.db-content78"])
        journal.close()
    }

    /// A start finds commits in the log that were never forced to the disk. Until they are, the disk may still come to
    /// speak of what they have deleted.
    @Test(arguments: [Durability.full, .normal])
    func `nothing is given back before the disk knows that it is done`(durability: Durability) throws {
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        var journal = try open(directory, settings(disk))
        try write(1...6, to: journal)
        while try journal.tidy(isIdle: true) {}
        journal.close()
        let image = try DiskImage(files: all(of: directory))
        disk.record()

        journal = try open(directory, settings(disk, durability: durability))
        // The mark is forced out first, then the log's header, then its pages.
        if durability == .full { disk.fail(FAULTY_DISK_SYNC, nth: 3, error: EIO) }
        try? journal.commit(.make { $0.deletedSegments = (1...5).map { SegmentID(rawValue: $0) } })
        disk.heal()
        journal.abandon()
        journal = try open(directory, settings(disk, durability: durability))
        while try journal.tidy(isIdle: true) {}
        #expect(files(directory) == ["leveret.db-content2"], "given back in the end")
        journal.abandon()

        var disks = image
        for entry in disk.entries {
            for loss in [DiskImage.Loss.everything, .nothing] {
                try disks.write(to: directory, after: loss)
                let found = try open(directory, settings(disk, durability: durability))
                try requireContents([6], of: found)
                found.abandon()
            }
            disks.apply(entry)
        }
    }

    private func all(of directory: TemporaryDirectory) throws -> [String: [UInt8]] {
        let names = TemporaryDirectory.names(in: directory.path).filter { $0.hasPrefix("leveret.db") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try TemporaryDirectory.read("\(directory.path)/\($0)")) }
        )
    }

    // MARK: Damage

    @Test func `a content file that is missing or cut short keeps the broker from starting`() throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings())
        try write(1...7, to: journal)
        journal.close()
        let path = directory.database + "-content1"
        let bytes = try TemporaryDirectory.read(path)
        for damaged in [Array(bytes.dropLast(100)), nil] {
            if let damaged { try TemporaryDirectory.write(damaged, to: path) } else { unlink(path) }
            let journal = try SQLiteJournal(directory: directory.path, settings: settings())
            let failure = #expect(throws: JournalFailure.self) { try journal.recover() }
            #expect(failure?.text.contains(path) == true && failure?.isRetryable == false)
            journal.abandon()
            let problems = try JournalCheck.run(directory: directory.path).problems
            #expect(problems.contains { $0.contains(path) })
        }
        #expect(files(directory) == ["leveret.db-content2"], "nothing was made in its place")
    }

    @Test func `a damaged byte of a content is found, and what is whole is salvaged`() throws {
        let directory = try TemporaryDirectory()
        var journal = try open(directory, settings())
        try write(1...3, to: journal)
        journal.close()
        let path = directory.database + "-content1"
        var bytes = try TemporaryDirectory.read(path)
        bytes[ContentFileTests.bytes + 10_000] ^= 1
        try TemporaryDirectory.write(bytes, to: path)

        journal = try open(directory, settings())
        #expect(throws: JournalFailure.self) { try journal.loadSegment(SegmentID(rawValue: 2)) }
        try requireContents([1, 3], of: journal)
        journal.close()
        let problems = try JournalCheck.run(directory: directory.path).problems
        #expect(problems == ["table segment, row 2: the content does not match its checksum"])

        let target = try TemporaryDirectory()
        let report = try JournalSalvage.run(directory: directory.path, into: target.path)
        #expect(report.segments == 2)
        journal = try open(target, settings())
        try requireContents([1, 3], of: journal)
        journal.close()
    }

    @Test func `a database that is missing is not made anew beside its contents`() throws {
        let directory = try TemporaryDirectory()
        let journal = try open(directory, settings())
        try write(1...1, to: journal)
        journal.close()
        unlink(directory.database)
        let failure = #expect(throws: JournalFailure.self) {
            try SQLiteJournal(directory: directory.path, settings: settings())
        }
        #expect(failure?.text.contains("leveret.db-content1 is there") == true)
    }

    // MARK: Copies

    @Test func `a copy has the contents, also those that are done while it is made`() throws {
        let directory = try TemporaryDirectory()
        let target = try TemporaryDirectory()
        var journal = try open(directory, settings())
        try write(1...12, to: journal)
        let copy = try journal.copy(to: target.path)
        #expect(try copy.step(), "the pages")
        try delete(Array(1...12), from: journal)
        try write(20...22, to: journal)
        while try copy.step() {}
        #expect(files(target) == ["leveret.db-content1", "leveret.db-content2", "leveret.db-content3"])
        journal.close()
        #expect(try JournalCheck.run(directory: target.path).problems == [])
        journal = try open(target, settings())
        try requireContents(Array(1...12), of: journal)
        journal.close()
    }

    @Test func `a copy that is given up leaves nothing, and lets go of what it kept`() throws {
        let directory = try TemporaryDirectory()
        let target = try TemporaryDirectory()
        let journal = try open(directory, settings())
        try write(1...12, to: journal)
        do {
            let copy = try journal.copy(to: target.path)
            for _ in 0..<3 { _ = try copy.step() }
            try delete(Array(1...12), from: journal)
            #expect(files(directory).count == 3)
        }
        #expect(TemporaryDirectory.names(in: target.path) == [])
        while try journal.tidy(isIdle: true) {}
        #expect(files(directory) == ["leveret.db-content3"], "the one that is being filled")
        journal.close()
    }

    @Test func `the database of a broker that is not running is copied with its contents`() throws {
        let directory = try TemporaryDirectory()
        let target = try TemporaryDirectory()
        var journal = try open(directory, settings())
        try write(1...12, to: journal)
        journal.abandon()
        try DatabaseCopy.run(directory: directory.path, to: target.path)
        journal = try open(target, settings())
        try requireContents(Array(1...12), of: journal)
        journal.close()
    }
}
