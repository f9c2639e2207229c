import CSQLite

/// Moves what is in the write-ahead log into the database when the log has become long, so that the log starts
/// over and its bytes are written over: that is faster than letting it grow, and bounds the time of a start.
struct Checkpointer {
    private let connection: SQLiteConnection
    let pageSize: Int
    private let pageLimit: Int
    /// From how many pages on the next attempt is worth it.
    private var threshold: Int

    init(_ connection: SQLiteConnection, checkpointBytes: Int) throws {
        self.connection = connection
        pageSize = Int(try connection.integer("PRAGMA page_size") ?? 0)
        pageLimit = max(1, checkpointBytes / max(512, pageSize))
        threshold = pageLimit
    }

    /// Whether the log is long enough for a moment in which there is nothing else to do.
    var isDueWhenIdle: Bool { connection.logPages >= min(threshold, max(1, pageLimit / 4)) }

    /// To be called after each commit, when its outcome has been told. A disk that is full puts the work off; the log then grows, and the commit
    /// that it has no room for reports it.
    /// Whether everything is in the database now.
    mutating func checkpointIfDue() throws -> Bool {
        guard connection.logPages >= threshold else { return false }
        return try checkpoint()
    }

    /// Whether everything in the log is in the database now, so that the log can start over; false if the database has no
    /// room for it.
    mutating func checkpoint() throws -> Bool {
        // There are no readers, so this always gets to the end of the log, and the next commit starts it over.
        var (pages, moved): (Int32, Int32) = (0, 0)
        let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved)
        threshold = pageLimit
        guard code != SQLITE_OK else { return pages == moved }
        let error = SQLiteError(of: connection.handle, code: code)
        guard error.isOutOfSpace || error.isBusy else { throw error }
        threshold = connection.logPages + pageLimit / 4
        return false
    }
}
