/// The table of an application's own SQLite database that messages wait in until a relay has published them.
///
/// The application inserts a row in the same transaction as its own changes: either both are kept or neither is. It may
/// use any SQLite library, and any language; `definition` and `insertion` are plain SQL.
public enum OutboxTable {
    /// The table's name.
    public static let name = "leveret_outbox"

    /// Makes the table if it is not there. Part of the application's migrations, or of `create(inDatabase:)`.
    ///
    /// SQLite has one writer at a time, so the numbers rise in the order in which transactions are committed. The
    /// message's identifier is made once, with the row, so that the broker knows a message that is published twice.
    public static let definition = """
        CREATE TABLE IF NOT EXISTS leveret_outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            exchange TEXT NOT NULL DEFAULT '',
            routing_key TEXT NOT NULL,
            body BLOB NOT NULL,
            content_type TEXT,
            properties BLOB,
            mandatory INTEGER NOT NULL DEFAULT 1,
            message_id TEXT NOT NULL DEFAULT (lower(hex(randomblob(16))))
        )
        """

    /// Puts one message into the table. Its parameters are a message's `exchange`, `routingKey`, `body`,
    /// `encodedProperties` and whether it is `mandatory`, as 1 or 0.
    public static let insertion = """
        INSERT INTO leveret_outbox (exchange, routing_key, body, properties, mandatory) VALUES (?1, ?2, ?3, ?4, ?5)
        """

    /// Makes the table in a database file, which must exist, if it is not there.
    ///
    /// - Throws: `OutboxError`.
    public static func create(inDatabase path: String) throws {
        try OutboxDatabase(path: path).createTable()
    }
}
