// How to change the format of the database:
//
// 1. Append a step to `Migration.steps`, with the next version and a name; never touch a step that was released.
//    The step turns a database of the version before into one of its own version, with SQL of its own: it must
//    not use code that will change with a later version.
// 2. Change the statements and readers in this folder to the new format. `Schema.version` follows by itself.
// 3. Add a database of the version before to the tests of migrations, with something in every table, and check
//    that everything is recovered from it.
// 4. If the checksum of a row covers a column that is new or changed, the step must compute the checksums anew.
//
// A new database goes through the same steps, from nothing, so that old and new ones cannot differ.

/// The tables of the database.
///
/// Messages lie in `segment`, many in a row, as the core's memory held them; `settlement` says which of them are
/// done. Both are only ever looked up by their row number, so neither has another index. The number of a
/// settlement is made of its segment's and a counter, so that the settlements of one segment lie side by side.
package enum Schema {
    /// "LEVR", in the header of the file, says whose database it is.
    package static let applicationID: Int64 = 0x4C45_5652

    /// The newest format that this code knows.
    package static var version: Int { Migration.steps.last?.version ?? 0 }

    /// How many bits of a settlement's number count within the segment.
    static let settlementBits = 20

    /// Segment numbers end where a settlement's number would not fit into 63 bits any more.
    static let segmentLimit: UInt64 = 1 << (63 - settlementBits)

    /// The numbers that the settlements of a segment can have.
    package static func settlementRows(of segment: UInt64) -> ClosedRange<Int64> {
        let first = Int64(segment) << settlementBits
        return first...(first + (1 << settlementBits) - 1)
    }
}

/// A step from one format of the database to the next.
package struct Migration: Sendable {
    package var version: Int
    package var name: String
    package var sql: String

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    package static let steps: [Migration] = [
        Migration(version: 1, name: "definitions, segments, settlements and delivery marks", sql: initialTables)
    ]

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
}

extension Migration {
    /// Takes a database from its version to the newest of the steps, in one transaction.
    static func run(_ steps: [Migration], on connection: SQLiteConnection, from version: Int) throws {
        let due = steps.filter { $0.version > version }
        guard let newest = due.last else { return }
        try connection.transaction {
            for step in due { try connection.execute(step.sql) }
            try connection.execute("PRAGMA user_version = \(newest.version)")
        }
    }
}
