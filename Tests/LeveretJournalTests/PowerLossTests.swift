import CFaultyDisk
import LeveretCore
import LeveretJournal
import Testing

/// The loss of power, at every point of a run: of what was not forced to the disk anything may be there, in part, or
/// not at all.
@Suite struct PowerLossTests {
    private static let commits = 200

    @Test func `with full durability the loss of power never takes what was committed`() throws {
        let run = try RecordedRun(commits: PowerLossTests.commits, durability: .full)
        var losses = 0
        try run.forEachLoss(every: 2) { found, committed, place in
            losses += 1
            let possible = run.workload.contents[committed...min(committed + 1, PowerLossTests.commits)]
            #expect(possible.contains(found), "\(place): \(committed) batches had been committed")
        }
        #expect(losses > PowerLossTests.commits * 4)
    }

    @Test func `with normal durability the loss of power takes the last commits at the most`() throws {
        let run = try RecordedRun(commits: PowerLossTests.commits, durability: .normal)
        let contents = Dictionary(run.workload.contents.enumerated().map { ($1, $0) }) { $1 }
        try run.forEachLoss(every: 9) { found, committed, place in
            let number = try #require(contents[found], "\(place): the journal holds what it never held")
            #expect(number <= committed + 1, "\(place)")
        }
    }

    @Test(arguments: [Durability.full, .normal])
    func `the mark that says what will be missed is forced to the disk before the first commit, and not at a start`(
        durability: Durability
    ) throws {
        let directory = try TemporaryDirectory()
        let batches = try JournalWorkload(batches: 2).batches
        for batch in batches {
            let disk = try FaultyDisk()
            disk.record()
            let settings = JournalWorkload.settings(disk, durability: durability)
            let journal = try SQLiteJournal(directory: directory.path, settings: settings)
            _ = try journal.recover()
            #expect(!disk.entries.contains { $0.file == "leveret.db-mark" })
            disk.remark(1)
            try journal.commit(batch)
            let commit = disk.entries.drop { $0.operation != FAULTY_DISK_REMARK }.dropFirst()
            let first = commit.filter { $0.operation != FAULTY_DISK_OPEN }.prefix(2)
            #expect(first.map(\.file) == ["leveret.db-mark", "leveret.db-mark"])
            #expect(first.map(\.operation) == [FAULTY_DISK_WRITE, FAULTY_DISK_SYNC])
            journal.close()
        }
    }

    /// The order of the record is the order of the calls: what the journal reports, it reports behind the disk.
    @Test func `a commit returns after the log was forced to the disk, and nothing was written in between`() throws {
        let run = try RecordedRun(commits: PowerLossTests.commits, durability: .full)
        var unforced = 0
        for entry in run.entries where entry.file == "leveret.db-wal" || entry.operation == FAULTY_DISK_REMARK {
            switch entry.operation {
            case FAULTY_DISK_WRITE: unforced += 1
            case FAULTY_DISK_SYNC: unforced = 0
            case FAULTY_DISK_REMARK: #expect(unforced == 0, "batch \(entry.number)")
            default: break
            }
        }
        #expect(run.entries.contains { $0.operation == FAULTY_DISK_REMARK && $0.number == PowerLossTests.commits })
    }
}

/// A run of the workload, with everything that it did to the disk.
private struct RecordedRun {
    let workload: JournalWorkload
    let entries: [FaultyDisk.Entry]
    private let start: DiskImage

    init(commits: Int, durability: Durability) throws {
        workload = try JournalWorkload(batches: commits)
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        let settings = JournalWorkload.settings(disk, durability: durability)
        try SQLiteJournal(directory: directory.path, settings: settings).close()
        start = DiskImage(
            files: [
                "leveret.db": try TemporaryDirectory.read(directory.database),
                "leveret.db-mark": try TemporaryDirectory.read(directory.database + "-mark"),
            ]
        )
        disk.record()
        var journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        for (index, batch) in workload.batches.enumerated() {
            try journal.commit(batch)
            disk.remark(index + 1)
            while try journal.tidy(isIdle: index.isMultiple(of: 4)), index.isMultiple(of: 4) {}
            guard index % 60 == 59 else { continue }
            // A broker that is stopped in order, and one that is killed, are started again.
            if index.isMultiple(of: 2) { journal.close() } else { journal.abandon() }
            journal = try SQLiteJournal(directory: directory.path, settings: settings)
            _ = try journal.recover()
        }
        journal.close()
        entries = disk.entries
    }

    /// Goes through losses of power: around each forced write, and at every so many other places. Gives what the next
    /// start finds, and how many batches had been reported as committed.
    func forEachLoss(
        every step: Int,
        _ body: (_ found: JournalContents, _ committed: Int, _ place: String) throws -> Void
    ) throws {
        var image = start
        var committed = 0
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        for (place, entry) in entries.enumerated() {
            if entry.operation == FAULTY_DISK_REMARK { committed = entry.number }
            var losses: [DiskImage.Loss] = place.isMultiple(of: step) ? [.some(seed: UInt64(place))] : []
            if entry.operation == FAULTY_DISK_SYNC { losses += [.nothing, .everything] }
            for loss in losses {
                try image.write(to: directory, after: loss)
                let found = try contents(of: directory, on: disk, "entry \(place), \(loss)")
                try body(found, committed, "entry \(place), \(loss)")
            }
            image.apply(entry)
        }
    }

    private func contents(
        of directory: TemporaryDirectory,
        on disk: FaultyDisk,
        _ place: String
    ) throws -> JournalContents {
        do {
            let journal = try SQLiteJournal(directory: directory.path, settings: JournalWorkload.settings(disk))
            defer { journal.abandon() }
            return try JournalContents(recovering: journal)
        } catch {
            Issue.record("\(place): the start was refused: \(error)")
            throw error
        }
    }
}
