/// How a journal is laid out and when it tidies up. The figures that nobody but a test or a measurement changes.
package struct JournalSettings: Sendable {
    /// When a commit counts as done.
    package var durability = Durability.full
    /// The page size of a new database, in bytes: a power of two from 512 to 65,536.
    package var pageSize = 16_384
    /// How long the write-ahead log may get, in bytes, before its content is moved into the database.
    package var checkpointBytes = 32 << 20
    /// How much of the database SQLite may keep in memory, in bytes.
    package var cacheBytes = 2 << 20
    /// How many rows of settlements, and of updates, a segment may have before they are joined into one.
    package var noteRowLimit = 256

    package init(durability: Durability = .full) { self.durability = durability }
}
