// How to change the format of the database:
//
// 1. Append a step to `Migration.steps`, with the next version and a name; never touch a step that was released.
//    The step turns a database of the version before into one of its own version, with SQL of its own: it must
//    not use code that will change with a later version.
// 2. Change the statements and readers in this folder to the new format. `Schema.version` follows by itself.
// 3. Add a database of the new version to `Fixtures` in the journal's tests, with something in every table: append
//    what is new to `FixtureContent`, then run the tests once with LEVERET_WRITE_FIXTURES=1. Those of the versions
//    before stay as they are, and are tested to be recovered whole.
// 4. If the checksum of a row covers a column that is new or changed, the step must compute the checksums anew.
//
// A new database goes through the same steps, from nothing, so that old and new ones cannot differ.

/// The tables of the database.
///
/// Messages lie in `segment`, many in a row, as the core's memory held them, or, when there are many bytes of them, in
/// the file beside the database that `content_place` names; `settlement` says which of them are done, `message_update`
/// what has changed of them, `segment_summary` what lives in those that nobody has touched for long. All are only ever
/// looked up by their row number, so none has another index. The number of a row of settlements or updates is made of
/// its segment's and a counter, so that the rows of one segment lie side by side.
package enum Schema {
    /// "LEVR", in the header of the file, says whose database it is.
    package static let applicationID: Int64 = 0x4C45_5652

    /// The newest format that this code knows.
    package static var version: Int { Migration.steps.last?.version ?? 0 }

    /// From which format on contents may lie in files beside the database.
    static let firstVersionWithContentFiles = 6

    /// How many bits of the number of a row of notes count within the segment.
    static let noteBits = 20

    /// Segment numbers end where the number of a row of notes would not fit into 63 bits any more.
    static let segmentLimit: UInt64 = 1 << (63 - noteBits)

    /// The numbers that the rows of notes on a segment can have.
    package static func noteRows(of segment: UInt64) -> ClosedRange<Int64> {
        let first = Int64(segment) << noteBits
        return first...(first + (1 << noteBits) - 1)
    }
}

/// A step from one format of the database to the next.
package struct Migration: Sendable {
    package var version: Int
    package var name: String
    package var sql: String
    /// What SQL cannot say, done after it.
    var completion: (@Sendable (SQLiteConnection) throws -> Void)?

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    package static let steps: [Migration] = [
        Migration(version: 1, name: "definitions, segments, settlements and delivery marks", sql: initialTables),
        updatesAndDeduplication,
        Migration(version: 3, name: "limits, topic permissions and policies", sql: accessTables),
        Migration(version: 4, name: "summaries of segments", sql: summaryTable),
        Migration(version: 5, name: "paused queues, repeated messages in the indexes", sql: pausedQueueTable),
        Migration(version: 6, name: "contents in files beside the database", sql: contentPlaceTable),
        // Both encodings are read, so nothing is to be changed.
        Migration(version: 7, name: "indexes of a few bytes a message", sql: ""),
    ]

    private static var updatesAndDeduplication: Migration {
        var step = Migration(
            version: 2,
            name: "updates of messages, what deduplication remembers, checksums of delivery marks",
            sql: updateAndDeduplicationTables
        )
        step.completion = { try DeliveryMarkRow.writeChecksums($0) }
        return step
    }

    // The index of a segment stands before its content, so that reading it touches none of the content's pages.
    private static let initialTables = """
        CREATE TABLE meta (
            key TEXT NOT NULL PRIMARY KEY,
            value INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE virtual_host (
            name TEXT NOT NULL PRIMARY KEY,
            checksum INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE exchange (
            virtual_host TEXT NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            auto_delete INTEGER NOT NULL,
            internal INTEGER NOT NULL,
            arguments BLOB NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (virtual_host, name)
        ) WITHOUT ROWID;

        CREATE TABLE queue (
            id INTEGER PRIMARY KEY,
            virtual_host TEXT NOT NULL,
            name TEXT NOT NULL,
            auto_delete INTEGER NOT NULL,
            arguments BLOB NOT NULL,
            checksum INTEGER NOT NULL
        );

        CREATE TABLE binding (
            virtual_host TEXT NOT NULL,
            source TEXT NOT NULL,
            destination_kind INTEGER NOT NULL,
            destination TEXT NOT NULL,
            routing_key TEXT NOT NULL,
            arguments BLOB NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (virtual_host, source, destination_kind, destination, routing_key, arguments)
        ) WITHOUT ROWID;

        CREATE TABLE user (
            name TEXT NOT NULL PRIMARY KEY,
            password_hash TEXT NOT NULL,
            hashing_algorithm TEXT NOT NULL,
            tags BLOB NOT NULL,
            checksum INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE permission (
            user TEXT NOT NULL,
            virtual_host TEXT NOT NULL,
            configure TEXT NOT NULL,
            write TEXT NOT NULL,
            read TEXT NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (user, virtual_host)
        ) WITHOUT ROWID;

        CREATE TABLE segment (
            id INTEGER PRIMARY KEY,
            length INTEGER NOT NULL,
            index_checksum INTEGER NOT NULL,
            content_checksum INTEGER NOT NULL,
            record_index BLOB NOT NULL,
            content BLOB NOT NULL
        );

        CREATE TABLE settlement (
            id INTEGER PRIMARY KEY,
            checksum INTEGER NOT NULL,
            ranges BLOB NOT NULL
        );

        CREATE TABLE delivery_mark (
            queue INTEGER PRIMARY KEY,
            ordinal INTEGER NOT NULL
        );
        """

    private static let updateAndDeduplicationTables = """
        CREATE TABLE message_update (
            id INTEGER PRIMARY KEY,
            checksum INTEGER NOT NULL,
            updates BLOB NOT NULL
        );

        CREATE TABLE deduplication (
            scope BLOB NOT NULL,
            key BLOB NOT NULL,
            serial INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (scope, key)
        ) WITHOUT ROWID;

        ALTER TABLE delivery_mark ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
        """

    // Small rows beside large ones: a start with a long backlog reads the former only.
    private static let summaryTable = """
        CREATE TABLE segment_summary (
            id INTEGER PRIMARY KEY,
            length INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            runs BLOB NOT NULL
        );
        """

    private static let pausedQueueTable = """
        CREATE TABLE paused_queue (
            queue INTEGER PRIMARY KEY,
            checksum INTEGER NOT NULL
        );
        """

    // A segment with a row here has an empty content in its own.
    private static let contentPlaceTable = """
        CREATE TABLE content_place (
            segment INTEGER PRIMARY KEY,
            file INTEGER NOT NULL,
            start INTEGER NOT NULL,
            length INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        );
        """

    // What a virtual host or a user has besides its name lies beside the first tables, whose rows stay as they are
    // under their checksums. A limit of -1 is none.
    private static let accessTables = """
        CREATE TABLE virtual_host_settings (
            virtual_host TEXT NOT NULL PRIMARY KEY,
            description TEXT NOT NULL,
            tags BLOB NOT NULL,
            default_queue_type TEXT NOT NULL,
            max_connections INTEGER NOT NULL,
            max_queues INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE user_limits (
            user TEXT NOT NULL PRIMARY KEY,
            max_connections INTEGER NOT NULL,
            max_channels INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE topic_permission (
            user TEXT NOT NULL,
            virtual_host TEXT NOT NULL,
            exchange TEXT NOT NULL,
            write TEXT NOT NULL,
            read TEXT NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (user, virtual_host, exchange)
        ) WITHOUT ROWID;

        CREATE TABLE policy (
            virtual_host TEXT NOT NULL,
            name TEXT NOT NULL,
            pattern TEXT NOT NULL,
            target TEXT NOT NULL,
            priority INTEGER NOT NULL,
            settings BLOB NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (virtual_host, name)
        ) WITHOUT ROWID;
        """
}

extension Migration {
    /// Takes a database from its version to the newest of the steps, in one transaction.
    static func run(_ steps: [Migration], on connection: SQLiteConnection, from version: Int) throws {
        guard steps.contains(where: { $0.version > version }) else { return }
        try connection.transaction { try apply(steps, on: connection, from: version) }
    }

    /// As `run`, within the transaction that is open.
    static func apply(_ steps: [Migration], on connection: SQLiteConnection, from version: Int) throws {
        for step in steps where step.version > version {
            try connection.execute(step.sql)
            try step.completion?(connection)
            try connection.execute("PRAGMA user_version = \(step.version)")
        }
    }
}
