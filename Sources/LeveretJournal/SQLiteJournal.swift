package import LeveretCore

/// The journal in a SQLite database, `leveret.db`, in the data directory.
///
/// A batch is one transaction. With full durability its commit returns after the write-ahead log is on the disk.
/// The directory is locked from opening to closing.
///
/// Sendable without a lock of its own: all calls come from one thread at a time, as `JournalStore` demands.
package final class SQLiteJournal: JournalStore, @unchecked Sendable {
    private enum State {
        case open(JournalDatabase)
        /// Memory may be ahead of the disk in an unknown way, so that nothing may be written any more.
        case failed(JournalFailure, JournalDatabase)
        case closed
    }

    private let directory: DataDirectory
    private var lock: DataDirectoryLock?
    private var state: State

    /// Opens the journal of a data directory, and makes both if they are not there yet.
    ///
    /// - Throws: `JournalFailure` if the directory cannot be used, another broker uses it, or the database is
    ///   damaged, somebody else's, or of a newer format. A file that is there is never replaced.
    package convenience init(directory: String, durability: Durability) throws {
        try self.init(directory: directory, settings: JournalSettings(durability: durability))
    }

    package convenience init(directory: String, settings: JournalSettings) throws {
        try self.init(directory: DataDirectory(path: directory), settings: settings, migrations: Migration.steps)
    }

    package init(directory: DataDirectory, settings: JournalSettings, migrations: [Migration]) throws {
        try directory.create()
        let lock = try DataDirectoryLock(directory)
        state = .open(try JournalDatabase(directory, settings: settings, migrations: migrations))
        self.directory = directory
        self.lock = lock
    }

    deinit { close() }

    package func recover() throws -> RecoveredState {
        try database().recover()
    }

    package func commit(_ batch: JournalBatch) throws {
        try changing { try $0.commit(batch) }
    }

    /// After a failure that is not to be tried again nothing may be written any more.
    private func changing<Result>(_ body: (JournalDatabase) throws -> Result) throws -> Result {
        do {
            return try body(try database())
        } catch let failure as JournalFailure where !failure.isRetryable {
            if case .open(let database) = state { state = .failed(failure, database) }
            throw failure
        }
    }

    package func readSegment(_ id: SegmentID, into room: (Int) -> UnsafeMutableRawBufferPointer) throws {
        try reading { try $0.readSegment(id, into: room) }
    }

    package func loadIndex(_ id: SegmentID) throws -> [UInt8] {
        try reading { try $0.loadIndex(id) }
    }

    private func reading<Result>(_ body: (JournalDatabase) throws -> Result) throws -> Result {
        switch state {
        case .open(let database), .failed(_, let database): try body(database)
        case .closed: throw closedFailure
        }
    }

    package func tidy(isIdle: Bool) throws -> Bool {
        try changing { try $0.tidy(isIdle: isIdle) }
    }

    package func copy(to directory: String) throws -> any JournalCopy {
        let database = try database()
        return try DatabaseCopy(of: database.connection, database.contents, in: self.directory, to: directory)
    }

    package func close() {
        if case .open(let database) = state { database.prepareToClose() }
        // The last connection moves the log into the database as it goes; if that fails, the next start does it.
        state = .closed
        // Only now may somebody else have the directory.
        lock = nil
    }

    /// Lets go of the directory and leaves everything as it lies there, as the end of the process would.
    package func abandon() {
        state = .closed
        lock = nil
    }

    /// Lets the database grow to so many pages at the most, as a full disk would; nil lifts the limit.
    package func limitPages(to limit: Int?) throws {
        let database = try database()
        try database.connection.execute("PRAGMA max_page_count = \(limit ?? 1_073_741_823)")
    }

    private func database() throws -> JournalDatabase {
        switch state {
        case .open(let database): return database
        case .failed(let failure, _): throw failure
        case .closed: throw closedFailure
        }
    }

    private var closedFailure: JournalFailure {
        JournalFailure(permanent: "the journal in \(directory.path) is closed: report this as a defect")
    }
}
