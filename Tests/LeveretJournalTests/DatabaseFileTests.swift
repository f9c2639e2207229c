import LeveretCore
import LeveretJournal
import Testing

/// What a start does with a database that is not as it should be. It must say so and leave everything as it is.
@Suite struct DatabaseFileTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        let journal = try SQLiteJournal(directory: directory.path, durability: .off)
        _ = try journal.recover()
        try journal.commit(
            .make { batch in
                batch.definitions = DefinitionSamples.puts
                batch.segments = [.make(1, bytes: 200_000), .make(2)]
            }
        )
        journal.close()
    }

    private func refusal() throws -> String {
        let before = try TemporaryDirectory.read(directory.database)
        let failure = #expect(throws: JournalFailure.self) {
            let journal = try SQLiteJournal(directory: directory.path, durability: .off)
            defer { journal.close() }
            _ = try journal.recover()
        }
        #expect(try TemporaryDirectory.read(directory.database) == before)
        let text = try #require(failure).text
        #expect(failure?.isRetryable == false)
        #expect(!text.contains("\n"))
        #expect(text.contains(directory.database))
        return text
    }

    @Test(arguments: [0, 1, 99, 100, 512, 16_384, 16_385, 150_000])
    func `a database that was cut short is refused`(length: Int) throws {
        let content = try TemporaryDirectory.read(directory.database)
        try TemporaryDirectory.write(Array(content.prefix(length)), to: directory.database)
        let text = try refusal()
        #expect(text.contains("cut short"))
        #expect(text.contains("leveret check \(directory.path)"))
    }

    @Test func `a file that is no database is refused`() throws {
        let text = String(repeating: "hares in the field\n", count: 100)
        try TemporaryDirectory.write(Array(text.utf8), to: directory.database)
        #expect(try refusal().contains("not a database of Leveret"))
    }

    @Test func `a database of another program is refused`() throws {
        try SQLiteConnection(path: directory.database).execute("PRAGMA application_id = 7")
        #expect(try refusal().contains("not a database of Leveret"))
    }

    @Test func `a database of a newer format is refused`() throws {
        try SQLiteConnection(path: directory.database).execute("PRAGMA user_version = \(Schema.version + 1)")
        #expect(try refusal().contains("format \(Schema.version + 1)"))
        let failure = #expect(throws: JournalFailure.self) { try JournalCheck.run(directory: directory.path) }
        #expect(failure?.text.contains("newer") == true)
    }

    @Test func `a database whose first table page is destroyed is refused`() throws {
        var content = try TemporaryDirectory.read(directory.database)
        content.replaceSubrange(100..<1_000, with: [UInt8](repeating: 0xA5, count: 900))
        try TemporaryDirectory.write(content, to: directory.database)
        #expect(try refusal().contains("is damaged"))
    }

    @Test func `a log without its database is refused`() throws {
        let empty = try TemporaryDirectory()
        try TemporaryDirectory.write([1, 2, 3], to: empty.database + "-wal")
        let failure = #expect(throws: JournalFailure.self) {
            try SQLiteJournal(directory: empty.path, durability: .off)
        }
        #expect(failure?.text.contains("is missing") == true)
        #expect(TemporaryDirectory.names(in: empty.path) == ["leveret.db-wal", "leveret.lock"])
    }

    @Test func `a half-made database of a start that was interrupted is no obstacle`() throws {
        let fresh = try TemporaryDirectory()
        try TemporaryDirectory.write([1, 2, 3], to: fresh.database + ".new")
        try TemporaryDirectory.write([1, 2, 3], to: fresh.database + ".new-journal")
        let journal = try SQLiteJournal(directory: fresh.path, durability: .off)
        #expect(try journal.recover().isEmpty)
        journal.close()
        #expect(TemporaryDirectory.names(in: fresh.path) == ["leveret.db", "leveret.db-mark", "leveret.lock"])
    }

    // MARK: Migrations

    private func open(_ migrations: [Migration]) throws -> SQLiteJournal {
        try SQLiteJournal(
            directory: DataDirectory(path: directory.path),
            settings: JournalSettings(durability: .off),
            migrations: migrations
        )
    }

    @Test func `an older database is taken to the newest format in one go and keeps what it holds`() throws {
        let later = [
            Migration(version: Schema.version + 1, name: "a", sql: "CREATE TABLE a (x); INSERT INTO a VALUES (5)"),
            Migration(version: Schema.version + 2, name: "b", sql: "ALTER TABLE a RENAME TO b"),
        ]
        let journal = try open(Migration.steps + later)
        let state = try journal.recover()
        #expect(state.segments.count == 2)
        #expect(Set(state.queues) == DefinitionSamples.queues)
        journal.close()
        let connection = try SQLiteConnection(path: directory.database)
        #expect(try connection.integer("SELECT x FROM b") == 5)
        #expect(try connection.integer("PRAGMA user_version") == Int64(Schema.version + 2))
    }

    @Test func `a migration that fails leaves the database as it was`() throws {
        let later = [
            Migration(version: Schema.version + 1, name: "a", sql: "CREATE TABLE a (x)"),
            Migration(version: Schema.version + 2, name: "b", sql: "DROP TABLE nothing"),
        ]
        #expect(throws: JournalFailure.self) { try open(Migration.steps + later) }
        let journal = try open(Migration.steps)
        #expect(try journal.recover().segments.count == 2)
        journal.close()
        let connection = try SQLiteConnection(path: directory.database)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'a'") == 0)
    }

    @Test func `the versions of migrations rise without a gap`() {
        #expect(Migration.steps.map(\.version) == Array(1...Migration.steps.count))
    }
}
