import CFaultyDisk
import Foundation
import LeveretCore
import LeveretJournal
import Testing

/// Whatever fails on the disk, and whenever: what was reported as committed is there after the next start, in order
/// and once, and nothing is there that was not submitted.
@Suite struct DiskFaultTests {
    private static let commits = 200

    /// A write, a forced write or anything else that fails once, at each place where it can.
    @Test(arguments: [FAULTY_DISK_WRITE, FAULTY_DISK_SYNC, FAULTY_DISK_TRUNCATE, FAULTY_DISK_OPEN, FAULTY_DISK_DELETE])
    func `no failing operation of the disk loses what was committed`(operation: FaultyDisk.Operation) throws {
        let workload = try JournalWorkload(batches: DiskFaultTests.commits)
        // Writes are many. Each commit tries a third of its own, and the next commit the next third.
        let isExhaustive = ProcessInfo.processInfo.environment["LEVERET_EVERY_FAULT"] != nil
        let step = operation == FAULTY_DISK_WRITE && !isExhaustive ? 3 : 1
        let scene = try FaultScene(workload)
        for number in workload.batches.indices {
            // From the files as they are before the commit, each operation of it fails in turn.
            try scene.keep()
            var nth = 1 + number % step
            while try scene.lives(through: operation, nth: nth, number) {
                try scene.restore()
                nth += step
            }
        }
        #expect(try scene.contents() == workload.contents.last)
    }

    @Test func `on a full disk each batch is kept whole or not at all, and can be tried again on the spot`() throws {
        let workload = try JournalWorkload(batches: DiskFaultTests.commits)
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        let journal = try SQLiteJournal(directory: directory.path, settings: JournalWorkload.settings(disk))
        _ = try journal.recover()
        var refusals = 0
        for batch in workload.batches {
            var nth = 1
            while true {
                disk.fail(FAULTY_DISK_WRITE, nth: nth, error: ENOSPC, persists: true)
                do {
                    try journal.commit(batch)
                    break
                } catch let failure as JournalFailure {
                    #expect(failure.isRetryable, "\(failure.text)")
                    refusals += 1
                    nth += 1
                }
            }
            // Work that can wait is put off.
            while try journal.tidy(isIdle: batch.position.rawValue.isMultiple(of: 5)),
                batch.position.rawValue.isMultiple(of: 5)
            {}
            disk.heal()
        }
        #expect(refusals > DiskFaultTests.commits)
        journal.close()
        let again = try SQLiteJournal(directory: directory.path, settings: JournalWorkload.settings(disk))
        #expect(try JournalContents(recovering: again) == workload.contents.last)
        again.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
    }

    @Test func `a journal that finds its disk full when it starts has only to wait for room`() throws {
        let batch = try #require(try JournalWorkload(batches: 1).batches.first)
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        let journal = try SQLiteJournal(directory: directory.path, settings: JournalWorkload.settings(disk))
        _ = try journal.recover()
        disk.fail(FAULTY_DISK_WRITE, nth: 1, error: ENOSPC, persists: true)
        #expect(try !journal.tidy(isIdle: true))
        #expect(disk.hasFailed)
        let failure = #expect(throws: JournalFailure.self) { try journal.commit(batch) }
        #expect(failure?.isRetryable == true)
        disk.heal()
        try journal.commit(batch)
        journal.close()
    }
}

/// A journal on a faulty disk, of which one commit can be tried again and again from the same files.
private final class FaultScene {
    private let workload: JournalWorkload
    private let directory: TemporaryDirectory
    private let disk: FaultyDisk
    private var kept: [String: [UInt8]] = [:]

    init(_ workload: JournalWorkload) throws {
        self.workload = workload
        directory = try TemporaryDirectory()
        disk = try FaultyDisk()
        try SQLiteJournal(directory: directory.path, settings: JournalWorkload.settings(disk)).close()
    }

    func keep() throws {
        kept = [:]
        for name in TemporaryDirectory.names(in: directory.path) {
            kept[name] = try TemporaryDirectory.read("\(directory.path)/\(name)")
        }
    }

    func restore() throws {
        for name in TemporaryDirectory.names(in: directory.path) where kept[name] == nil {
            unlink("\(directory.path)/\(name)")
        }
        for (name, bytes) in kept { try TemporaryDirectory.write(bytes, to: "\(directory.path)/\(name)") }
    }

    func contents() throws -> JournalContents {
        let journal = try SQLiteJournal(directory: directory.path, settings: JournalWorkload.settings(disk))
        defer { journal.abandon() }
        return try JournalContents(recovering: journal)
    }

    /// Opens the journal, commits the batch while an operation fails, and looks at what the next start finds. False
    /// if the commit came to its end before anything failed: it is then kept.
    func lives(through operation: FaultyDisk.Operation, nth: Int, _ number: Int) throws -> Bool {
        disk.fail(operation, nth: nth, error: EIO)
        let isCommitted = try opensAndCommits(number)
        disk.heal()
        guard disk.hasFailed else {
            #expect(isCommitted)
            return false
        }
        let found = try contents()
        if isCommitted {
            #expect(found == workload.contents[number + 1], "batch \(number), operation \(nth): lost or changed")
        } else {
            let possible = workload.contents[number...number + 1]
            #expect(possible.contains(found), "batch \(number), operation \(nth): neither kept nor left out")
        }
        return true
    }

    /// Whether the journal opened and reported the batch as committed.
    private func opensAndCommits(_ number: Int) throws -> Bool {
        let journal: SQLiteJournal
        do {
            journal = try SQLiteJournal(directory: directory.path, settings: JournalWorkload.settings(disk))
            _ = try journal.recover()
        } catch {
            // A start that did not succeed has promised nothing.
            #expect((error as? JournalFailure)?.isRetryable == false)
            return false
        }
        defer { journal.abandon() }
        return commit(number, journal)
    }

    /// Whether the journal reported the batch as committed.
    private func commit(_ number: Int, _ journal: SQLiteJournal) -> Bool {
        do {
            try journal.commit(workload.batches[number])
        } catch {
            #expect((error as? JournalFailure)?.isRetryable == false)
            return false
        }
        // The outcome stands, whatever becomes of the work that follows.
        do {
            if number.isMultiple(of: 4) {
                while try journal.tidy(isIdle: true) {}
            } else {
                _ = try journal.tidy(isIdle: false)
            }
        } catch {
            #expect((error as? JournalFailure)?.isRetryable == false)
        }
        return true
    }

}
