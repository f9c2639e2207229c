import LeveretCore
import LeveretJournal
import Testing

/// A byte of the database is changed, one after the other: the check reports it, or what is recovered is what was
/// written.
@Suite struct FlippedByteTests {
    private static let step = 61

    @Test func `no byte of the database can change what is recovered without being reported`() throws {
        let workload = try JournalWorkload(batches: 40)
        let directory = try TemporaryDirectory()
        let disk = try FaultyDisk()
        let settings = JournalWorkload.settings(disk)
        let journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        for batch in workload.batches { try journal.commit(batch) }
        journal.close()
        let sound = try TemporaryDirectory.read(directory.database)

        var reported = 0
        for offset in stride(from: 0, to: sound.count, by: FlippedByteTests.step) {
            var bytes = sound
            bytes[offset] ^= [0x01, 0x80, 0xFF, 0x10][offset / FlippedByteTests.step % 4]
            try TemporaryDirectory.write(bytes, to: directory.database)
            if try isReported(directory) {
                reported += 1
            } else {
                let found = try contents(directory, settings)
                #expect(found == workload.contents.last, "byte \(offset) of \(sound.count)")
            }
            // What a start makes of it is none of the next byte's business.
            for suffix in ["-wal", "-mark"] { try TemporaryDirectory.remove(directory.database + suffix) }
        }
        #expect(reported > sound.count / FlippedByteTests.step / 5)
    }

    private func isReported(_ directory: TemporaryDirectory) throws -> Bool {
        do {
            return try !JournalCheck.run(directory: directory.path).isSound
        } catch is JournalFailure {
            return true
        }
    }

    private func contents(_ directory: TemporaryDirectory, _ settings: JournalSettings) throws -> JournalContents {
        let journal = try SQLiteJournal(directory: directory.path, settings: settings)
        defer { journal.abandon() }
        return try JournalContents(recovering: journal)
    }
}
