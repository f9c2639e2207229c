import LeveretCore
import LeveretJournal
import Testing

/// A byte of the database is changed, one after the other: the check reports it, or what is recovered is what was
/// written.
@Suite struct FlippedByteTests {
    private static let step = 61

    @Test func `no byte of the database can change what is recovered without being reported`() throws {
        let disk = try FaultyDisk()
        var settings = JournalWorkload.settings(disk)
        settings.separateContentBytes = .max
        let workload = try JournalWorkload(batches: 40)
        let directory = try TemporaryDirectory()
        let sound = try files(of: workload, in: directory, settings)
        let database = sound["leveret.db"] ?? []

        var reported = 0
        for offset in stride(from: 0, to: database.count, by: FlippedByteTests.step) {
            try flip(offset, of: "leveret.db", sound, in: directory)
            if try isReported(directory) {
                reported += 1
            } else {
                let found = try contents(directory, settings)
                #expect(found == workload.contents.last, "byte \(offset) of \(database.count)")
            }
            // What a start makes of it is none of the next byte's business.
            try restore(sound, in: directory)
        }
        #expect(reported > database.count / FlippedByteTests.step / 5)
    }

    @Test func `a byte of a content that changed is reported, and others change nothing`() throws {
        let disk = try FaultyDisk()
        let settings = JournalWorkload.settings(disk)
        let workload = try JournalWorkload(batches: 40)
        let directory = try TemporaryDirectory()
        let sound = try files(of: workload, in: directory, settings)

        var living = 0
        for (name, bytes) in sound where name.hasPrefix("leveret.db-content") {
            for offset in stride(from: 0, to: bytes.count, by: FlippedByteTests.step) {
                let lives = try isInContent(offset, name, directory)
                try restore(sound, in: directory)
                try flip(offset, of: name, sound, in: directory)
                #expect(try isReported(directory) == lives, "byte \(offset) of \(name)")
                if lives {
                    living += 1
                } else {
                    #expect(try contents(directory, settings) == workload.contents.last)
                }
                try restore(sound, in: directory)
            }
        }
        #expect(living > 20, "\(living)")
    }

    /// What lies in the folder after a journal has taken the whole workload.
    private func files(
        of workload: JournalWorkload,
        in directory: TemporaryDirectory,
        _ settings: JournalSettings
    ) throws -> [String: [UInt8]] {
        let journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        for batch in workload.batches { try journal.commit(batch) }
        journal.close()
        let names = TemporaryDirectory.names(in: directory.path).filter { $0.hasPrefix("leveret.db") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try TemporaryDirectory.read("\(directory.path)/\($0)")) }
        )
    }

    /// Whether the database says that a content lies at that place of a content file.
    private func isInContent(_ offset: Int, _ name: String, _ directory: TemporaryDirectory) throws -> Bool {
        let file = name.dropFirst("leveret.db-content".count)
        let places = try SQLiteConnection(path: directory.database).integer(
            """
            SELECT count(*) FROM content_place
            WHERE file = \(file) AND start <= \(offset) AND \(offset) < start + length
            """
        )
        return places == 1
    }

    private func flip(
        _ offset: Int,
        of name: String,
        _ files: [String: [UInt8]],
        in directory: TemporaryDirectory
    ) throws {
        var bytes = files[name] ?? []
        bytes[offset] ^= [0x01, 0x80, 0xFF, 0x10][offset / FlippedByteTests.step % 4]
        try TemporaryDirectory.write(bytes, to: "\(directory.path)/\(name)")
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
