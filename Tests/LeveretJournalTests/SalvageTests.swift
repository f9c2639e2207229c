import LeveretCore
import LeveretJournal
import Testing

/// What can be read of a damaged database is copied, and what cannot is listed.
@Suite struct SalvageTests {
    private let source: TemporaryDirectory
    private let target: TemporaryDirectory

    /// Three segments with two messages of each of two queues; the index names them as the core writes it.
    init() throws {
        source = try TemporaryDirectory()
        target = try TemporaryDirectory()
        let journal = try SQLiteJournal(directory: source.path, durability: .off)
        _ = try journal.recover()
        try journal.commit(
            .make { batch in
                batch.definitions = DefinitionSamples.puts
                batch.segments = (1...3).map { .make($0, bytes: 20_000, index: index(ordinals: [$0 * 2, $0 * 2 + 1])) }
                batch.settlements = [.make(2, queue: 1, 4...4)]
                batch.updates = [.make(3, written: 6, ordinal: 90)]
                batch.deliveryMarks = [.make(2, 5)]
                batch.deduplications = [.remember(.make(.queue(QueueID(rawValue: 2)), "a", 2))]
            }
        )
        journal.close()
    }

    /// One record for each ordinal, which lies in the queues 1 and 2.
    private func index(ordinals: [UInt64]) -> [UInt8] {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
        }
        return ordinals.flatMap { ordinal -> [UInt8] in
            let record = bytes(UInt32(ordinal)) + bytes(UInt32(10)) + bytes(UInt32(2))
            return record + bytes(UInt32(1)) + bytes(ordinal) + bytes(UInt32(2)) + bytes(ordinal)
        }
    }

    private func salvage() throws -> SalvageReport {
        try JournalSalvage.run(directory: source.path, into: target.path)
    }

    private func state(_ directory: TemporaryDirectory) throws -> RecoveredState {
        let journal = try SQLiteJournal(directory: directory.path, durability: .off)
        defer { journal.close() }
        return try journal.recover()
    }

    private func damage(_ sql: String) throws {
        let connection = try SQLiteConnection(path: source.database)
        try connection.execute(sql)
    }

    @Test func `of a sound database everything is copied`() throws {
        let report = try salvage()
        #expect(report.losses == [])
        #expect(report.lostMessages == [])
        #expect(report.segments == 3 && report.contentBytes == 60_000)
        let (copy, original) = (try state(target), try state(source))
        #expect(copy.queues == original.queues && copy.exchanges == original.exchanges)
        #expect(copy.bindings == original.bindings && copy.users == original.users)
        #expect(copy.topicPermissions == original.topicPermissions && copy.policies == original.policies)
        #expect(copy.permissions == original.permissions && copy.virtualHosts == original.virtualHosts)
        #expect(copy.segments.map(\.index) == original.segments.map(\.index))
        #expect(copy.segments.map(\.settled) == original.segments.map(\.settled))
        #expect(copy.segments.map(\.updates) == original.segments.map(\.updates))
        #expect(copy.deliveryMarks == original.deliveryMarks)
        #expect(copy.deduplications == original.deduplications)
        #expect(copy.nextQueueID == original.nextQueueID)
        #expect(try JournalCheck.run(directory: target.path).problems == [])
    }

    @Test func `messages whose content is damaged are counted by queue, without those that were settled`() throws {
        try damage("UPDATE segment SET content_checksum = 1 WHERE id = 2")
        let report = try salvage()
        #expect(report.losses == ["segment 2: its content is damaged: messages lost, in all queues: 3"])
        #expect(report.lostMessages.map(\.name) == ["gone", "order.created"])
        #expect(report.lostMessages.map(\.count) == [1, 2])
        #expect(try state(target).segments.map(\.id.rawValue) == [1, 3])
        #expect(try JournalCheck.run(directory: target.path).problems == [])
    }

    @Test(arguments: [
        ("UPDATE segment SET index_checksum = 1 WHERE id = 2", "segment 2: its index is damaged"),
        ("DELETE FROM segment WHERE id = 2", "segment 2: it is missing"),
        ("UPDATE queue SET auto_delete = 1 WHERE id = 1", "table queue, row 1"),
        ("UPDATE settlement SET checksum = 1", "table settlement"),
        ("UPDATE message_update SET checksum = 1", "table message_update"),
        ("UPDATE delivery_mark SET checksum = 1", "table delivery_mark, row 2"),
        ("UPDATE deduplication SET checksum = 1", "table deduplication"),
        ("DROP TABLE user", "table user: it cannot be read to its end"),
    ])
    func `whatever is lost is listed, and the rest is copied`(sql: String, words: String) throws {
        try damage(sql)
        let report = try salvage()
        #expect(report.losses.contains { $0.hasPrefix(words) }, "\(report.losses)")
        #expect(report.virtualHosts == 2 && report.segments >= 2)
        #expect(try JournalCheck.run(directory: target.path).problems == [])
    }

    @Test func `a page in the middle of the messages is lost, and what lies on both sides of it is copied`() throws {
        var settings = JournalSettings(durability: .off)
        settings.pageSize = 1_024
        let paged = try TemporaryDirectory()
        let journal = try SQLiteJournal(directory: paged.path, settings: settings)
        _ = try journal.recover()
        try journal.commit(
            .make { $0.segments = (1...200).map { .make($0, bytes: 300, index: [UInt8](repeating: 0xAB, count: 8)) } }
        )
        journal.close()
        var bytes = try TemporaryDirectory.read(paged.database)
        // The segment with this content lies in a leaf with a few others.
        let content = SegmentWrite.make(100, bytes: 300).content
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: content) })
        let page = place / 1_024 * 1_024
        bytes.replaceSubrange(page..<page + 1_024, with: [UInt8](repeating: 0xEE, count: 1_024))
        try TemporaryDirectory.write(bytes, to: paged.database)

        let report = try JournalSalvage.run(directory: paged.path, into: target.path)
        #expect(!report.isComplete)
        #expect(report.segments >= 190)
        let found = Set(try state(target).segments.map(\.id.rawValue))
        #expect(found.isSuperset(of: [1, 200]) && !found.contains(100))
        #expect(try JournalCheck.run(directory: target.path).problems == [])
    }

    @Test func `the damaged directory stays as it is, and a target that is not empty is refused`() throws {
        try damage("UPDATE segment SET content_checksum = 1 WHERE id = 2")
        let before = try TemporaryDirectory.read(source.database)
        _ = try salvage()
        #expect(try TemporaryDirectory.read(source.database) == before)
        let failure = #expect(throws: JournalFailure.self) { try salvage() }
        #expect(failure?.text.contains("is not empty") == true)
    }
}
