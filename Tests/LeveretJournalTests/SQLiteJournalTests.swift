import LeveretCore
import LeveretJournal
import Testing

@Suite struct SQLiteJournalTests {
    let directory: TemporaryDirectory
    let journal: SQLiteJournal

    init() throws {
        directory = try TemporaryDirectory()
        journal = try SQLiteJournal(directory: directory.path, durability: .off)
        _ = try journal.recover()
    }

    @Test func `a journal that has just been made is not taken for empty once it holds something`() throws {
        try journal.commit(.make { $0.segments = [.make(1)] })
        #expect(try journal.recover().segments.map(\.id.rawValue) == [1])
    }

    // MARK: Full disk

    @Test func `a full disk keeps nothing of the batch, which can be committed later`() throws {
        try journal.commit(.make { $0.segments = [.make(1)] })
        try journal.limitPages(to: 13)
        let batch = JournalBatch.make(next: 7) { batch in
            batch.definitions = DefinitionSamples.puts
            batch.segments = [.make(2), .make(3, bytes: 400_000)]
            batch.settlements = [.make(1, 1...2)]
            batch.deletedSegments = []
        }
        for _ in 0..<3 {
            let failure = #expect(throws: JournalFailure.self) { try journal.commit(batch) }
            #expect(failure?.isRetryable == true)
            #expect(failure?.text.contains("make room on the disk") == true)
        }
        #expect(throws: JournalFailure.self) { try journal.loadSegment(SegmentID(rawValue: 2)) }
        #expect(try journal.loadSegment(SegmentID(rawValue: 1)) == SegmentWrite.make(1).content)
        try journal.limitPages(to: nil)
        try journal.commit(batch)
        journal.close()

        let state = try reopened()
        #expect(state.segments.map(\.id.rawValue) == [1, 2, 3])
        #expect(state.segments[0].settled.count == 1)
        #expect(Set(state.queues) == DefinitionSamples.queues)
        #expect(state.nextQueueID.rawValue == 7)
    }

    @Test func `deleting makes room on a full disk`() throws {
        try journal.commit(.make { $0.segments = [.make(1, bytes: 400_000)] })
        try journal.limitPages(to: 40)
        let batch = JournalBatch.make { $0.segments = [.make(2, bytes: 400_000)] }
        #expect(throws: JournalFailure.self) { try journal.commit(batch) }
        try journal.commit(.make { $0.deletedSegments = [SegmentID(rawValue: 1)] })
        try journal.commit(batch)
        journal.close()
        #expect(try reopened().segments.map(\.id.rawValue) == [2])
    }

    // MARK: Rules

    @Test(
        arguments: [
            .make { $0.segments = [.make(1)] },
            .make { $0.segments = [.make(3), .make(2)] },
            .make { $0.segments = [.make(1 << 43)] },
            .make { $0.segments = [.make(2, pieces: [0..<10, 5..<20])] },
            .make { $0.segments = [.make(2, pieces: [0..<65])] },
            .make { $0.settlements = [.make(9, 1...1)] },
        ] as [JournalBatch]
    )
    func `a batch that could not be recovered is refused and ends the journal`(batch: JournalBatch) throws {
        try journal.commit(.make { $0.segments = [.make(1)] })
        let failure = #expect(throws: JournalFailure.self) { try journal.commit(batch) }
        #expect(failure?.isRetryable == false)
        let next = #expect(throws: JournalFailure.self) { try journal.commit(.make { $0.segments = [.make(50)] }) }
        #expect(next?.text == failure?.text)
        #expect(try journal.loadSegment(SegmentID(rawValue: 1)) == SegmentWrite.make(1).content)
        journal.close()
        #expect(try reopened().segments.map(\.id.rawValue) == [1])
    }

    @Test func `a closed journal says so`() throws {
        journal.close()
        let failure = #expect(throws: JournalFailure.self) { try journal.commit(.make { _ in }) }
        #expect(failure?.text.contains("closed") == true)
        #expect(throws: JournalFailure.self) { try journal.loadSegment(SegmentID(rawValue: 1)) }
        #expect(throws: JournalFailure.self) { try journal.recover() }
    }

    // MARK: Log and rows

    @Test func `the log starts over when it has become long`() throws {
        journal.close()
        var settings = JournalSettings(durability: .off)
        settings.checkpointBytes = 1 << 20
        let small = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try small.recover()
        var longest = 0
        for round in 1...60 as ClosedRange<UInt64> {
            let batch = JournalBatch.make { batch in
                batch.segments = [.make(round, bytes: 100_000)]
                if round > 2 { batch.deletedSegments = [SegmentID(rawValue: round - 2)] }
            }
            try small.commit(batch)
            _ = try small.tidy(isIdle: false)
            longest = max(longest, try TemporaryDirectory.read(directory.database + "-wal").count)
        }
        #expect(longest > 1 << 19)
        #expect(longest < 3 << 19)
        #expect(try TemporaryDirectory.read(directory.database).count < 2_000_000)
        small.close()
        #expect(try reopened().segments.map(\.id.rawValue) == [59, 60])
    }

    @Test func `many settlements of a segment become few rows`() throws {
        try journal.commit(.make { $0.segments = [.make(1)] })
        for ordinal in 0..<1_000 as Range<UInt64> {
            try journal.commit(.make { $0.settlements = [.make(1, ordinal...ordinal)] })
        }
        journal.close()
        let report = try JournalCheck.run(directory: directory.path)
        #expect(report.settlements <= JournalSettings().noteRowLimit)
        let range = SettledRange(queue: QueueID(rawValue: 1), first: 0, last: 999)
        #expect(try reopened().segments.map(\.settled) == [[range]])
    }

    @Test(arguments: [Durability.full, .normal, .off])
    func `what was committed is in the files before the journal is closed`(durability: Durability) throws {
        journal.close()
        let running = try SQLiteJournal(directory: directory.path, durability: durability)
        _ = try running.recover()
        try running.commit(.make { $0.segments = [.make(1), .make(2)] })
        let killed = try TemporaryDirectory()
        for suffix in ["", "-wal"] {
            let bytes = try TemporaryDirectory.read(directory.database + suffix)
            try TemporaryDirectory.write(bytes, to: killed.database + suffix)
        }
        running.close()
        let journal = try SQLiteJournal(directory: killed.path, durability: durability)
        #expect(try journal.recover().segments.count == 2)
        #expect(try journal.loadSegment(SegmentID(rawValue: 2)) == SegmentWrite.make(2).content)
        journal.close()
    }

    private func reopened() throws -> RecoveredState {
        let journal = try SQLiteJournal(directory: directory.path, durability: .off)
        defer { journal.close() }
        return try journal.recover()
    }
}
