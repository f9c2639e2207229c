import Foundation
import LeveretCore
import LeveretJournal
import Testing

/// A database of every format that was ever written is kept here. Each must open and give back all that it holds.
@Suite struct FixtureTests {
    static let versions = Array(1...Schema.version)
    private static let writes = ProcessInfo.processInfo.environment["LEVERET_WRITE_FIXTURES"] != nil

    private static func path(ofVersion version: Int) -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        return folder.appendingPathComponent("version-\(version).db").path
    }

    /// What a journal of the newest format holds after the same batches.
    private func expectedState(ofVersion version: Int) throws -> (RecoveredState, contents: [[UInt8]]) {
        let directory = try TemporaryDirectory()
        let journal = try FixtureTests.written(to: directory, version: version)
        defer { journal.close() }
        let state = try journal.recover()
        return (state, try contents(of: state, in: journal))
    }

    private static func written(to directory: TemporaryDirectory, version: Int) throws -> SQLiteJournal {
        var settings = JournalSettings()
        settings.pageSize = 1_024
        settings.separateContentBytes = FixtureContent.separateContentBytes
        let journal = try SQLiteJournal(directory: directory.path, settings: settings)
        _ = try journal.recover()
        for batch in FixtureContent.batches(ofVersion: version) { try journal.commit(batch) }
        return journal
    }

    private func contents(of state: RecoveredState, in journal: SQLiteJournal) throws -> [[UInt8]] {
        try state.segments.map { try journal.loadSegment($0.id) }
    }

    /// What a database has beside it: a content file from version 6 on.
    private static func suffixes(ofVersion version: Int) -> [String] { version < 6 ? [""] : ["", "-content1"] }

    private func directory(ofVersion version: Int) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let fixture = FixtureTests.path(ofVersion: version)
        for suffix in FixtureTests.suffixes(ofVersion: version) {
            try TemporaryDirectory.write(try TemporaryDirectory.read(fixture + suffix), to: directory.database + suffix)
        }
        return directory
    }

    /// Only asked for by a variable of the environment, when a version is new.
    @Test(.enabled(if: writes)) func `the database of the newest version is written`() throws {
        let directory = try TemporaryDirectory()
        try FixtureTests.written(to: directory, version: Schema.version).close()
        let fixture = FixtureTests.path(ofVersion: Schema.version)
        for suffix in FixtureTests.suffixes(ofVersion: Schema.version) {
            try TemporaryDirectory.write(try TemporaryDirectory.read(directory.database + suffix), to: fixture + suffix)
        }
    }

    @Test(arguments: versions)
    func `a database of each version is recovered whole`(version: Int) throws {
        let directory = try directory(ofVersion: version)
        let stored = try SQLiteConnection(path: directory.database).integer("PRAGMA user_version")
        #expect(stored == Int64(version))

        let journal = try SQLiteJournal(directory: directory.path, durability: .off)
        let state = try journal.recover()
        let (expected, expectedContents) = try expectedState(ofVersion: version)
        #expect(Set(state.virtualHosts) == Set(expected.virtualHosts) && !expected.virtualHosts.isEmpty)
        #expect(Set(state.exchanges) == Set(expected.exchanges) && !expected.exchanges.isEmpty)
        #expect(Set(state.queues) == Set(expected.queues) && !expected.queues.isEmpty)
        #expect(Set(state.bindings) == Set(expected.bindings) && !expected.bindings.isEmpty)
        #expect(Set(state.users) == Set(expected.users) && !expected.users.isEmpty)
        #expect(Set(state.permissions) == Set(expected.permissions) && !expected.permissions.isEmpty)
        #expect(Set(state.topicPermissions) == Set(expected.topicPermissions))
        #expect(Set(state.policies) == Set(expected.policies))
        #expect([state.topicPermissions.isEmpty, state.policies.isEmpty] == [version < 3, version < 3])
        #expect(state.pausedQueues == expected.pausedQueues && state.pausedQueues.isEmpty == (version < 5))
        #expect(state.deliveryMarks == expected.deliveryMarks && !expected.deliveryMarks.isEmpty)
        #expect(state.nextQueueID == expected.nextQueueID)
        #expect(state.segments.map(\.id) == expected.segments.map(\.id) && !expected.segments.isEmpty)
        #expect(state.segments.map(\.index) == expected.segments.map(\.index))
        #expect(state.segments.map(\.length) == expected.segments.map(\.length))
        #expect(state.segments.map(\.runs) == expected.segments.map(\.runs))
        #expect(state.segments.contains { $0.runs != nil } == (version >= 4))
        #expect(state.segments.map(\.settled) == expected.segments.map(\.settled))
        #expect(state.segments.map(\.updates) == expected.segments.map(\.updates))
        #expect(state.segments.allSatisfy(\.updates.isEmpty) == (version < 2))
        #expect(state.deduplications == expected.deduplications)
        #expect(state.deduplications.isEmpty == (version < 2))
        #expect(try contents(of: state, in: journal) == expectedContents)
        journal.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
    }

    @Test(arguments: versions)
    func `a database that was migrated goes on like a new one`(version: Int) throws {
        let directory = try directory(ofVersion: version)
        let journal = try SQLiteJournal(directory: directory.path, durability: .off)
        _ = try journal.recover()
        try journal.commit(
            .make { batch in
                batch.segments = [.make(20)]
                batch.settlements = [.make(2, 1...1)]
                batch.updates = [.make(1, written: 7, ordinal: 8)]
                batch.deliveryMarks = [.make(2, 700)]
                batch.deduplications = [.remember(.make(.queue(QueueID(rawValue: 2)), "c", 3))]
                batch.deletedSegments = [SegmentID(rawValue: 9)]
                batch.summaries = [.make(20, .make(queue: 1, 800...801))]
            }
        )
        journal.close()
        #expect(try JournalCheck.run(directory: directory.path).problems == [])
        let state = try SQLiteJournal(directory: directory.path, durability: .off).recover()
        let later: [UInt64] = (version < 4 ? [] : [12, 13]) + (version < 6 ? [] : [14]) + (version < 7 ? [] : [15])
        #expect(state.segments.map(\.id.rawValue) == [1, 2] + later + [20])
        #expect(state.deliveryMarks == [.make(1, 5), .make(2, 700)])
        #expect(state.deduplications.contains(.make(.queue(QueueID(rawValue: 2)), "c", 3)))
    }

    @Test(arguments: versions)
    func `the check reads a database of each version and leaves it as it is`(version: Int) throws {
        let directory = try directory(ofVersion: version)
        let before = try TemporaryDirectory.read(directory.database)
        let report = try JournalCheck.run(directory: directory.path)
        #expect(report.problems == [])
        #expect(report.formatVersion == version)
        #expect(report.deliveryMarks == 2)
        #expect(try TemporaryDirectory.read(directory.database) == before)
    }

    @Test func `a new database has the tables of a migrated one`() throws {
        let sql = "SELECT group_concat(name || ' ' || coalesce(sql, ''), ';') FROM sqlite_schema ORDER BY name"
        let fresh = try TemporaryDirectory()
        try SQLiteJournal(directory: fresh.path, durability: .off).close()
        let expected = try SQLiteConnection(path: fresh.database).value(sql)
        for version in FixtureTests.versions {
            let migrated = try directory(ofVersion: version)
            try SQLiteJournal(directory: migrated.path, durability: .off).close()
            #expect(try SQLiteConnection(path: migrated.database).value(sql) == expected)
        }
    }
}
