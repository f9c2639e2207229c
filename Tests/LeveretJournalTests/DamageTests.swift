import LeveretCore
import LeveretJournal
import Testing

/// A byte that changed on the disk is found, named, and never skipped.
@Suite struct DamageTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        let journal = try SQLiteJournal(directory: directory.path, durability: .off)
        _ = try journal.recover()
        try journal.commit(
            .make { batch in
                batch.definitions = DefinitionSamples.puts + DefinitionSamples.accessPuts
                batch.segments = [
                    .make(1, bytes: 40_000), .make(2, index: Array("index of two".utf8)), .make(3, bytes: 100),
                ]
                batch.settlements = [.make(2, queue: 5, 1_000...2_000, 3_000...3_000)]
                batch.updates = [.make(3, written: 7, ordinal: 9)]
                batch.deliveryMarks = [.make(2, 5)]
                batch.deduplications = [.remember(.make(.queue(QueueID(rawValue: 2)), "a", 2))]
            }
        )
        journal.close()
    }

    private func check() throws -> [String] {
        try JournalCheck.run(directory: directory.path).problems
    }

    private func recover() throws -> SQLiteJournal {
        let journal = try SQLiteJournal(directory: directory.path, durability: .off)
        _ = try journal.recover()
        return journal
    }

    /// Lends a connection that is closed before anybody else opens the database.
    private func connected<Result>(_ body: (SQLiteConnection) throws -> Result) throws -> Result {
        try body(try SQLiteConnection(path: directory.database))
    }

    private func expectRefused(_ words: String) throws {
        let failure = #expect(throws: JournalFailure.self) { try recover() }
        let text = try #require(failure).text
        #expect(text.contains(words))
        #expect(text.contains("\(directory.database) is damaged"))
        #expect(text.contains("run `leveret check \(directory.path)` and restore a backup"))
        #expect(try check().contains { $0.contains(words) })
    }

    @Test func `a sound journal has no problems`() throws {
        let report = try JournalCheck.run(directory: directory.path)
        #expect(report.isSound)
        #expect(report.formatVersion == Schema.version)
        #expect(report.segments == 3)
        #expect(report.contentBytes == 40_164)
        #expect(report.indexBytes == 14)
        #expect(report.settlements == 1)
        #expect(report.updates == 1 && report.deduplications == 1 && report.deliveryMarks == 1)
        #expect(report.queues == 2 && report.exchanges == 2 && report.bindings == 2)
        #expect(report.virtualHosts == 3 && report.users == 3 && report.permissions == 2)
        #expect(report.topicPermissions == 2 && report.policies == 2)
        #expect(report.databaseBytes > 40_000)
    }

    @Test func `a flipped byte in a content is found when it is loaded, and by the check`() throws {
        let content = SegmentWrite.make(3, bytes: 100).content
        var damaged = content
        damaged[50] ^= 0x10
        try directory.replace(content, with: damaged)
        let journal = try recover()
        let failure = #expect(throws: JournalFailure.self) { try journal.loadSegment(SegmentID(rawValue: 3)) }
        #expect(failure?.text.contains("table segment, row 3: the content does not match its checksum") == true)
        #expect(try journal.loadSegment(SegmentID(rawValue: 1)) == SegmentWrite.make(1, bytes: 40_000).content)
        journal.close()
        #expect(try check() == ["table segment, row 3: the content does not match its checksum"])
    }

    @Test func `a flipped byte in an index is found`() throws {
        try directory.replace(Array("index of two".utf8), with: Array("indax of two".utf8))
        try expectRefused("table segment, row 2: the index does not match its checksum")
    }

    @Test func `a flipped byte in a settlement is found`() throws {
        let ranges = [SettledRange(queue: QueueID(rawValue: 5), first: 1_000, last: 2_000)]
        var bytes = SettledRangeCoding.encode(ranges)
        let sound = bytes
        bytes[1] ^= 1
        try directory.replace(sound, with: bytes)
        try expectRefused("the ranges do not match their checksum")
    }

    @Test func `a flipped byte in a definition is found`() throws {
        // The name of the queue stands only in its own row and in that of a binding, there behind the source.
        try directory.replace(Array("/order.created".utf8), with: Array("/order.creeted".utf8))
        try expectRefused("table queue, row 2: the row does not match its checksum")
    }

    @Test(arguments: [
        ("UPDATE segment SET length = length + 1 WHERE id = 1", "table segment, row 1"),
        ("UPDATE segment SET id = 9 WHERE id = 1", "table segment, row 9"),
        ("UPDATE settlement SET id = id + 1", "table settlement"),
        ("DELETE FROM segment WHERE id = 2", "segment 2, whose settlements these are, is missing"),
        ("UPDATE meta SET value = 101", "table meta"),
        ("UPDATE queue SET auto_delete = 1 WHERE id = 1", "table queue, row 1"),
        ("UPDATE permission SET read = '.*' WHERE virtual_host = 'other'", #"table permission, row "guest", "other""#),
        ("UPDATE virtual_host_settings SET max_queues = -1 WHERE max_queues > 0", "table virtual_host_settings"),
        ("UPDATE user_limits SET max_channels = 9 WHERE user = 'limited'", #"table user_limits, row "limited""#),
        ("UPDATE topic_permission SET write = '.*'", "table topic_permission"),
        ("UPDATE policy SET priority = 9 WHERE name = 'ttl'", #"table policy, row "/", "ttl""#),
        ("DELETE FROM meta", "table meta"),
        ("UPDATE delivery_mark SET ordinal = 6", "table delivery_mark, row 2"),
        ("UPDATE deduplication SET expires_at = 1 WHERE serial = 2", "table deduplication, row"),
        ("UPDATE message_update SET id = id + 1", "the updates do not match their checksum"),
        ("DELETE FROM segment WHERE id = 3", "segment 3, whose message_updates these are, is missing"),
    ])
    func `a row that is not the one written is found`(sql: String, words: String) throws {
        try connected { try $0.execute(sql) }
        try expectRefused(words)
    }

    @Test func `the check finds marks of queues that are not there`() throws {
        let journal = try recover()
        try journal.commit(.make { $0.deliveryMarks = [.make(2, 5), .make(77, 5)] })
        journal.close()
        #expect(try check() == ["table delivery_mark, row 77: there is no such queue"])
    }

    @Test func `the check goes on behind the first problem`() throws {
        try connected { try $0.execute("UPDATE segment SET content_checksum = 1; UPDATE user SET tags = x'00'") }
        #expect(try check().count == 6)
    }

    @Test func `the check finds a damaged structure`() throws {
        var content = try TemporaryDirectory.read(directory.database)
        // The last pages hold the long content of segment 1; the page before them says what belongs where.
        let page = 16_384
        let number = try connected { try $0.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'segment'") }
        let root = try #require(number)
        let start = (Int(root) - 1) * page
        content.replaceSubrange(start..<start + 8, with: [UInt8](repeating: 0xEE, count: 8))
        try TemporaryDirectory.write(content, to: directory.database)
        #expect(try check().contains { $0.hasPrefix("structure: ") })
        #expect(throws: JournalFailure.self) { try recover() }
    }

    @Test func `the check changes nothing, not even the log of a broker that was killed`() throws {
        let journal = try recover()
        try journal.commit(.make { $0.segments = [.make(4)] })
        let killed = try TemporaryDirectory()
        for suffix in ["", "-wal"] {
            let bytes = try TemporaryDirectory.read(directory.database + suffix)
            try TemporaryDirectory.write(bytes, to: killed.database + suffix)
        }
        journal.close()
        let before = try ["", "-wal"].map { try TemporaryDirectory.read(killed.database + $0) }
        let report = try JournalCheck.run(directory: killed.path)
        #expect(report.problems == [])
        #expect(report.segments == 4)
        #expect(report.logBytes == before[1].count)
        #expect(try ["", "-wal"].map { try TemporaryDirectory.read(killed.database + $0) } == before)
        let again = try SQLiteJournal(directory: killed.path, durability: .off)
        #expect(try again.recover().segments.count == 4)
        again.close()
    }

    @Test func `there is nothing to check without a database`() throws {
        let empty = try TemporaryDirectory()
        let failure = #expect(throws: JournalFailure.self) { try JournalCheck.run(directory: empty.path) }
        #expect(failure?.text.contains("there is no database") == true)
        #expect(TemporaryDirectory.names(in: empty.path).isEmpty)
    }
}
