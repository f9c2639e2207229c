import CSQLite
import LeveretCore

/// An open database: transactions in, rows out.
final class JournalDatabase {
    let directory: DataDirectory
    let connection: SQLiteConnection
    private let definitions: DefinitionWriter
    private let segments: SegmentWriter
    private let reader: SegmentReader
    let contents: ContentFiles
    private let settlements: SegmentNoteWriter<SettledRange>
    private let updates: SegmentNoteWriter<MessageUpdate>
    private let summaries: SegmentSummaryWriter
    private let compactor: SegmentCompactor
    private let begin: SQLiteStatement
    private let end: SQLiteStatement
    private let marks: DeliveryMarkWriter
    private let logMark: LogMarkWriter
    private var checkpointer: Checkpointer
    private var logSpace: LogSpace
    private var vacuum: Vacuum
    private var ledger = SegmentLedger()
    private var storedNextQueueID = QueueID(rawValue: 1)
    /// Whether it has just been made, and holds nothing.
    private var isNew: Bool

    init(_ directory: DataDirectory, settings: JournalSettings, migrations: [Migration]) throws {
        self.directory = directory
        isNew = try DatabaseFile(directory: directory).prepare(settings, migrations: migrations)
        let log = try LogMarkCheck(directory: directory).inspect()
        if let damage = log.damage { throw JournalFailure.damaged(damage, in: directory) }
        do {
            connection = try JournalDatabase.open(directory, settings: settings)
            try JournalDatabase.migrate(connection, migrations, in: directory)
            definitions = DefinitionWriter(connection)
            segments = try SegmentWriter(connection)
            contents = ContentFiles(directory, settings: settings)
            reader = try SegmentReader(connection, contents.reader)
            settlements = try SegmentNoteWriter(connection, rowLimit: settings.noteRowLimit)
            updates = try SegmentNoteWriter(connection, rowLimit: settings.noteRowLimit)
            summaries = try SegmentSummaryWriter(connection)
            compactor = try SegmentCompactor(connection, reader, segments, settlements, updates)
            begin = try connection.prepare("BEGIN IMMEDIATE")
            end = try connection.prepare("COMMIT")
            marks = try DeliveryMarkWriter(connection)
            checkpointer = try Checkpointer(connection, checkpointBytes: settings.checkpointBytes)
            logSpace = LogSpace(connection, pageSize: checkpointer.pageSize, settings: settings)
            vacuum = try Vacuum(connection, settings: settings)
            logMark = LogMarkWriter(directory, settings: settings, pageSize: checkpointer.pageSize)
            try logMark.open(after: log.mark)
            if log.hasRemainder { _ = try moveLog() }
            logSpace.extend()
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "open", in: directory)
        }
    }

    // MARK: Opening

    static func open(_ directory: DataDirectory, settings: JournalSettings) throws -> SQLiteConnection {
        let connection = try SQLiteConnection(path: directory.database, fileSystem: settings.fileSystem)
        sqlite3_busy_timeout(connection.handle, 1_000)
        // Exclusive locking comes before the first read: the log's index then is in memory, not in a shared file.
        // On macOS only a full synchronization reaches the disk; elsewhere the setting has no effect.
        // Overwriting what is deleted with zeros, which some builds of SQLite do, would double the writing.
        try connection.execute(
            """
            PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = \(settings.durability.synchronousPragma);
            PRAGMA fullfsync = ON;
            PRAGMA checkpoint_fullfsync = ON;
            PRAGMA secure_delete = OFF;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -\(max(64, settings.cacheBytes / 1_024));
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA journal_size_limit = \(settings.checkpointBytes * 2);
            """
        )
        // After a failure the less is written the better, and a log that is gone would be missed: unless the journal
        // is closed in order, the log stays, and the next start reads it.
        connection.setSwitch(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on: true)
        connection.followLog()
        guard try connection.value("PRAGMA journal_mode") == "wal" else {
            throw SQLiteError(code: SQLITE_CANTOPEN, message: "its file system does not allow a write-ahead log")
        }
        return connection
    }

    /// Opens a database to look at it. What is found must be what lay there before, also for the next who looks; the
    /// log stays too.
    static func openUnchanged(_ directory: DataDirectory) throws -> SQLiteConnection {
        let connection = try open(directory, settings: JournalSettings())
        try connection.execute("PRAGMA query_only = ON")
        let version = try formatVersion(connection)
        guard version <= Schema.version else { throw tooNew(version, newest: Schema.version, in: directory) }
        return connection
    }

    /// Takes an older database to the newest format within a transaction that is never committed.
    static func assumeNewestFormat(_ connection: SQLiteConnection) throws {
        let version = try formatVersion(connection)
        guard version < Schema.version else { return }
        try connection.execute("PRAGMA query_only = OFF; PRAGMA cache_spill = OFF; BEGIN IMMEDIATE")
        try Migration.apply(Migration.steps, on: connection, from: version)
    }

    private static func migrate(
        _ connection: SQLiteConnection,
        _ migrations: [Migration],
        in directory: DataDirectory
    ) throws {
        let version = try formatVersion(connection)
        let newest = migrations.last?.version ?? 0
        guard version <= newest else { throw tooNew(version, newest: newest, in: directory) }
        guard version > 0 else {
            throw JournalFailure.damaged(Damage(whole: "it has no format version"), in: directory)
        }
        try Migration.run(migrations, on: connection, from: version)
    }

    static func formatVersion(_ connection: SQLiteConnection) throws -> Int {
        Int(try connection.integer("PRAGMA user_version") ?? 0)
    }

    static func tooNew(_ version: Int, newest: Int, in directory: DataDirectory) -> JournalFailure {
        JournalFailure(
            permanent: "\(directory.database) has format \(version), this Leveret knows formats up to \(newest): "
                + "use the Leveret that wrote it or a newer one"
        )
    }

    /// Lets the log be moved into the database when the connection is closed, as far as that works.
    func prepareToClose() {
        // As long as the mark speaks of the log, the log must stay.
        guard (try? logMark.close()) != nil else { return }
        connection.setSwitch(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on: false)
    }

    // MARK: Reading

    func recover() throws -> RecoveredState {
        try reading {
            guard !isNew else {
                // To read that there is nothing would take a millisecond of a start.
                try contents.recovered([])
                return RecoveredState()
            }
            let reader = StateReader(connection: connection)
            var state = try reader.recover()
            storedNextQueueID = state.nextQueueID
            var places: [ContentPlace] = []
            try reader.forEachSegment { segment, nextRows in
                ledger.recovered(segment.id.rawValue, nextRows: nextRows)
                if let place = nextRows.place { places.append(place) }
                state.segments.append(segment)
            }
            try contents.recovered(places)
            // The pages of the indexes are not needed again.
            sqlite3_db_release_memory(connection.handle)
            return state
        }
    }

    func readSegment(_ id: SegmentID, into room: (Int) -> UnsafeMutableRawBufferPointer) throws {
        try reading {
            guard try reader.read(id.rawValue, into: room) else {
                throw Damage(table: "segment", row: "\(id.rawValue)", "the segment is missing")
            }
        }
    }

    func loadIndex(_ id: SegmentID) throws -> [UInt8] {
        try reading {
            guard let index = try reader.loadIndex(id.rawValue) else {
                throw Damage(table: "segment", row: "\(id.rawValue)", "the segment is missing")
            }
            return index
        }
    }

    private func reading<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "read", in: directory)
        } catch let damage as Damage {
            throw JournalFailure.damaged(damage, in: directory)
        }
    }

    // MARK: Writing

    func commit(_ batch: JournalBatch) throws {
        guard !batch.isEmpty || batch.nextQueueID != storedNextQueueID else {
            return compactor.add(batch.sparseSegments)
        }
        try BatchRules(ledger: ledger).check(batch)
        contents.apply(ledger.apply(try writeMakingRoom(batch)))
        storedNextQueueID = batch.nextQueueID
        logMark.committed(frames: connection.logPages)
        compactor.add(batch.sparseSegments)
        if !batch.deletedSegments.isEmpty { vacuum.wakeUp() }
    }

    /// See `JournalStore.tidy`.
    func tidy(isIdle: Bool) throws -> Bool {
        try compact()
        return try writing {
            if try checkpointer.checkpointIfDue() { movedLog() }
            logSpace.extend()
            let isGivingBack = contents.giveBack(isIdle: isIdle)
            guard isIdle else {
                return checkpointer.isDueWhenIdle || vacuum.isAwake || compactor.isWaiting || isGivingBack
            }
            guard !compactor.isWaiting, !isGivingBack else { return true }
            if try shrink() { return true }
            // What was given back is cut off the file when the log is moved into it.
            guard vacuum.takeHasShrunk() || checkpointer.isDueWhenIdle || contents.waitsForLog else { return false }
            return try moveLog() && contents.giveBack(isIdle: true)
        }
    }

    /// Gives pages back that nothing uses. A disk that is full leaves them as they are.
    private func shrink() throws -> Bool {
        guard vacuum.isAwake else { return false }
        do {
            try logMark.prepare()
        } catch let error as SQLiteError where error.isOutOfSpace {
            return false
        }
        guard try vacuum.step() else { return false }
        logMark.committed(frames: connection.logPages)
        return true
    }

    /// Writes some segments anew of which little lives. A disk that is full leaves them as they are.
    private func compact() throws {
        guard compactor.isWaiting else { return }
        do {
            let changes = try transaction {
                var changes = SegmentLedger.Changes()
                for segment in compactor.takeNext() where try compactor.compact(segment) {
                    changes.nextRows[segment] = ledger.nextRows(of: segment, changes)
                    changes.nextRows[segment]?.place = nil
                }
                return changes
            }
            contents.apply(ledger.apply(changes))
        } catch let failure as JournalFailure where failure.isRetryable {
            return
        }
        logMark.committed(frames: connection.logPages)
        vacuum.wakeUp()
    }

    /// Moves the log into the database. Gives whether the log can start over.
    private func moveLog() throws -> Bool {
        guard try checkpointer.checkpoint() else { return false }
        movedLog()
        return true
    }

    private func movedLog() {
        logMark.movedIntoDatabase()
        contents.movedIntoDatabase()
    }

    /// When the log has no room to grow, moving it into the database lets it start over in the room that it has.
    /// That works while the database has free pages; a disk that is full to the last byte needs somebody's help.
    private func writeMakingRoom(_ batch: JournalBatch) throws -> SegmentLedger.Changes {
        do {
            return try transaction { try write(batch) }
        } catch let failure as JournalFailure where failure.isRetryable {
            guard try writing({ try moveLog() }) else { throw failure }
            return try transaction { try write(batch) }
        }
    }

    private func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            isNew = false
            try logMark.prepare()
            try begin.run()
            let result = try body()
            try contents.synchronize()
            try end.run()
            contents.committed()
            return result
        } catch {
            contents.rolledBack()
            throw failure(rollingBackAfter: error)
        }
    }

    private func writing<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "write", in: directory)
        }
    }

    private func write(_ batch: JournalBatch) throws -> SegmentLedger.Changes {
        var changes = SegmentLedger.Changes()
        // Marks before definitions: a queue that is deleted in this batch takes its mark along.
        for deliveryMark in batch.deliveryMarks { try marks.write(deliveryMark) }
        for change in batch.definitions { try definitions.write(change) }
        for change in batch.deduplications { try definitions.write(change) }
        let contents = contents.areWorthwhile(for: batch.segments) ? contents : nil
        for segment in batch.segments {
            let place = try segments.write(segment, contents: contents)
            changes.nextRows[segment.id.rawValue] = SegmentLedger.NextRows(place: place)
        }
        let deleted = Set(batch.deletedSegments)
        try writeSettlements(batch.settlements.filter { !deleted.contains($0.segment) }, &changes)
        try writeUpdates(batch.updates.filter { !deleted.contains($0.segment) }, &changes)
        try writeSummaries(batch.summaries.filter { !deleted.contains($0.segment) }, &changes)
        for segment in batch.deletedSegments { try delete(segment.rawValue, &changes) }
        if batch.nextQueueID != storedNextQueueID {
            try definitions.put(StoredNumber(key: StoredNumber.nextQueueID, value: batch.nextQueueID.rawValue))
        }
        return changes
    }

    private func writeSettlements(_ writes: [SettlementWrite], _ changes: inout SegmentLedger.Changes) throws {
        for write in writes where !write.ranges.isEmpty {
            let segment = write.segment.rawValue
            guard var rows = ledger.nextRows(of: segment, changes) else { continue }
            rows.settlement = try settlements.write(write.ranges, segment: segment, row: rows.settlement)
            changes.nextRows[segment] = rows
        }
    }

    /// Writes one row for each segment, in the order in which the batch names them first.
    private func writeUpdates(_ batch: [MessageUpdate], _ changes: inout SegmentLedger.Changes) throws {
        guard !batch.isEmpty else { return }
        var order: [UInt64] = []
        var bySegment: [UInt64: [MessageUpdate]] = [:]
        for update in batch {
            let segment = update.segment.rawValue
            if bySegment[segment] == nil { order.append(segment) }
            bySegment[segment, default: []].append(update)
        }
        for segment in order {
            guard var rows = ledger.nextRows(of: segment, changes), let notes = bySegment[segment] else { continue }
            rows.update = try updates.write(notes, segment: segment, row: rows.update)
            changes.nextRows[segment] = rows
        }
    }

    private func writeSummaries(_ batch: [SegmentSummary], _ changes: inout SegmentLedger.Changes) throws {
        for summary in batch {
            let segment = summary.segment.rawValue
            guard var rows = ledger.nextRows(of: segment, changes) else { continue }
            try summaries.write(summary)
            rows.hasSummary = true
            changes.nextRows[segment] = rows
        }
    }

    private func delete(_ segment: UInt64, _ changes: inout SegmentLedger.Changes) throws {
        let rows = ledger.nextRows(of: segment, changes)
        try segments.delete(segment, isElsewhere: rows?.place != nil)
        if let rows {
            if rows.settlement > 0 { try settlements.deleteRows(of: segment) }
            if rows.update > 0 { try updates.deleteRows(of: segment) }
            if rows.hasSummary { try summaries.delete(segment) }
        }
        changes.deleted.append(segment)
    }

    /// Undoes the transaction. Only if that worked, and the reason was a lack of room, may the batch be tried again.
    private func failure(rollingBackAfter error: any Error) -> JournalFailure {
        if !connection.isInAutocommit { try? connection.execute("ROLLBACK") }
        let isUndone = connection.isInAutocommit
        switch error {
        case let error as SQLiteError where error.isOutOfSpace && isUndone:
            return .outOfSpace(error, in: directory)
        case let error as SQLiteError: return .from(error, while: "write", in: directory)
        case let damage as Damage: return .damaged(damage, in: directory)
        default:
            return JournalFailure(
                permanent: "cannot write \(directory.database): \(error): report this as a defect"
            )
        }
    }
}

extension JournalBatch {
    /// Whether there is nothing to write but, perhaps, the next queue number.
    fileprivate var isEmpty: Bool {
        definitions.isEmpty && segments.isEmpty && settlements.isEmpty && updates.isEmpty && deduplications.isEmpty
            && summaries.isEmpty && deletedSegments.isEmpty && deliveryMarks.isEmpty
    }
}
