/// How a journal is laid out and when it tidies up. The figures that nobody but a test or a measurement changes.
package struct JournalSettings: Sendable {
    /// When a commit counts as done.
    package var durability = Durability.full
    /// The page size of a new database, in bytes: a power of two from 512 to 65,536.
    package var pageSize = 16_384
    /// How long the write-ahead log may get, in bytes, before its content is moved into the database.
    package var checkpointBytes = 32 << 20
    /// In what pieces the write-ahead log's file is made longer ahead of what is written, in bytes.
    package var logPieceBytes = 64 << 10
    /// From how many bytes of contents on those of a transaction are written to content files.
    package var separateContentBytes = 256 << 10
    /// How long a content file may get, in bytes, before the next one is begun; a longer content has one of its own.
    package var contentFileBytes = 16 << 20
    /// How much of the database SQLite may keep in memory, in bytes.
    package var cacheBytes = 2 << 20
    /// How many rows of settlements, and of updates, a segment may have before they are joined into one.
    package var noteRowLimit = 256

    /// How many bytes of the database that nothing uses any more are kept for what comes next.
    package var unusedBytes = 4 << 20
    /// How many pages nothing uses any more are given back to the disk at a time.
    package var vacuumPages = 64
    /// The name of the file system of SQLite's to use; nil is the system's.
    package var fileSystem: String?

    package init(durability: Durability = .full) { self.durability = durability }
}
