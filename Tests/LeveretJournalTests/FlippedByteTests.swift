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
        let sound = try Dictionary(
            uniqueKeysWithValues: TemporaryDirectory.names(in: directory.path).filter { $0.hasPrefix("leveret.db") }
                .map { ($0, try TemporaryDirectory.read("\(directory.path)/\($0)")) }
        )
        #expect(sound.keys.contains { $0.hasPrefix("leveret.db-content") })

        var (flipped, reported) = (0, 0)
        for (name, content) in sound where name != "leveret.db-mark" {
            for offset in stride(from: 0, to: content.count, by: FlippedByteTests.step) {
                var bytes = content
                bytes[offset] ^= [0x01, 0x80, 0xFF, 0x10][offset / FlippedByteTests.step % 4]
                try TemporaryDirectory.write(bytes, to: "\(directory.path)/\(name)")
                flipped += 1
                if try isReported(directory) {
                    reported += 1
                } else {
                    let found = try contents(directory, settings)
                    #expect(found == workload.contents.last, "byte \(offset) of \(content.count) of \(name)")
                }
                // What a start makes of it is none of the next byte's business.
                try restore(sound, in: directory)
            }
        }
        #expect(reported > flipped / 8, "\(reported) of \(flipped)")
    }

    private func restore(_ files: [String: [UInt8]], in directory: TemporaryDirectory) throws {
        for name in TemporaryDirectory.names(in: directory.path) where name.hasPrefix("leveret.db") {
            if files[name] == nil { try TemporaryDirectory.remove("\(directory.path)/\(name)") }
        }
        for (name, bytes) in files { try TemporaryDirectory.write(bytes, to: "\(directory.path)/\(name)") }
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
