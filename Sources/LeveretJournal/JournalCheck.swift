import CSQLite
import LeveretCore

/// Verifies a data directory while no broker runs: the database's structure, every checksum, and that rows which
/// belong together are there. Changes nothing.
package struct JournalCheck {
    private let directory: DataDirectory
    private let log: LogMarkCheck.Findings
    private let connection: SQLiteConnection
    private var report = JournalCheckReport()

    /// Checks the journal in a data directory.
    ///
    /// - Throws: `JournalFailure` if it cannot be checked: there is none, a broker uses it, its format is newer, or
    ///   it is so damaged that it cannot be opened.
    package static func run(directory path: String) throws -> JournalCheckReport {
        let directory = DataDirectory(path: path)
        guard case .other = fileKind(at: directory.database) else {
            throw JournalFailure(
                permanent: "there is no database \(directory.database): name the data directory of a broker"
            )
        }
        let lock = try DataDirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        do {
            var check = try JournalCheck(directory)
            try check.checkEverything()
            return check.report
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "check", in: directory)
        }
    }

    private init(_ directory: DataDirectory) throws {
        self.directory = directory
        try DatabaseFile(directory: directory).inspect()
        report.databaseBytes = fileSize(at: directory.database) ?? 0
        report.logBytes = fileSize(at: directory.writeAheadLog) ?? 0
        report.contentFileBytes = directory.contentFiles().reduce(0) {
            $0 + (fileSize(at: directory.contentFile($1)) ?? 0)
        }
        log = try LogMarkCheck(directory: directory).inspect()
        connection = try JournalDatabase.openUnchanged(directory)
        report.formatVersion = try JournalDatabase.formatVersion(connection)
    }

    private mutating func checkEverything() throws {
        try checkLog()
        try checkStructure()
        try JournalDatabase.assumeNewestFormat(connection)
        let queues = try attempt("queue", default: Set<UInt64>()) { try $0.checkDefinitions() }
        try attempt("delivery_mark", default: ()) { try $0.checkDeliveryMarks(queues: queues) }
        let segments = try attempt("segment", default: Set<UInt64>()) { try $0.checkSegments() }
        try attempt("settlement", default: ()) { check in
            check.report.settlements = try check.checkNotes(SettledRange.self, segments: segments)
        }
        try attempt("message_update", default: ()) { check in
            check.report.updates = try check.checkNotes(MessageUpdate.self, segments: segments)
        }
        try attempt("segment_summary", default: ()) { try $0.checkSummaries(segments: segments) }
        try attempt("content_place", default: ()) { try $0.checkPlaces(segments: segments) }
        try attempt("deduplication", default: ()) { try $0.checkDeduplications(queues: queues) }
    }

    /// Goes on with the next part when SQLite cannot read a table to its end.
    private mutating func attempt<Result>(
        _ table: String,
        default fallback: Result,
        _ part: (inout JournalCheck) throws -> Result
    ) throws -> Result {
        do {
            return try part(&self)
        } catch let error as SQLiteError where error.isDamage {
            report.problems.append("table \(table): \(error.text)")
            return fallback
        }
    }

    private mutating func checkLog() throws {
        if let damage = log.damage { report.problems.append("log: \(damage.text)") }
        if try LogMarkCheck(directory: directory).markIsDamaged() {
            report.problems.append("log: the mark \(directory.logMark) is damaged")
        }
    }

    private mutating func checkStructure() throws {
        try attempt("sqlite_schema", default: ()) { check in
            let statement = try check.connection.prepare("PRAGMA integrity_check")
            while try statement.step() {
                let line = try statement.text(0)
                if line != "ok" { check.report.problems.append("structure: \(check.oneLine(line))") }
            }
        }
    }

    private func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    // MARK: Definitions

    private mutating func checkDefinitions() throws -> Set<UInt64> {
        report.virtualHosts = try count(VirtualHostDefinition.self)
        report.exchanges = try count(ExchangeDefinition.self)
        report.bindings = try count(BindingDefinition.self)
        report.users = try count(UserDefinition.self)
        report.permissions = try count(PermissionDefinition.self)
        report.topicPermissions = try count(TopicPermissionDefinition.self)
        report.policies = try count(PolicyDefinition.self)
        _ = try count(VirtualHostSettings.self)
        _ = try count(UserLimitsRow.self)
        var next: UInt64 = 1
        _ = try count(StoredNumber.self) { if $0.key == StoredNumber.nextQueueID { next = $0.value } }
        var queues: Set<UInt64> = []
        report.queues = try count(QueueDefinition.self) { queues.insert($0.id.rawValue) }
        try checkPauses(queues)
        if let last = queues.max(), last >= next {
            report.problems.append("table meta: the next queue number is \(next) though queue \(last) exists")
        }
        return queues
    }

    /// Counts the rows of a kind and notes the damaged ones.
    private mutating func count<Row: DefinitionRow>(_ type: Row.Type, _ visit: (Row) -> Void = { _ in }) throws -> Int {
        var count = 0
        var damages: [Damage] = []
        try StateReader(connection: connection).forEach(type) { row in
            count += 1
            switch row {
            case .success(let definition): visit(definition)
            case .failure(let damage): damages.append(damage)
            }
        }
        report.problems += damages.map(\.text)
        return count
    }

    private mutating func checkDeliveryMarks(queues: Set<UInt64>) throws {
        let rows = try connection.prepare(DeliveryMarkRow.selectSQL + " ORDER BY queue")
        while try rows.step() {
            report.deliveryMarks += 1
            try note { _ in
                let queue = try DeliveryMarkRow.read(rows).queue.rawValue
                guard !queues.contains(queue) else { return }
                throw Damage(table: "delivery_mark", row: "\(queue)", "there is no such queue")
            }
        }
    }

    private mutating func checkPauses(_ queues: Set<UInt64>) throws {
        var orphans: [Damage] = []
        _ = try count(PausedQueueRow.self) { row in
            guard !queues.contains(row.queue.rawValue) else { return }
            orphans.append(Damage(table: "paused_queue", row: "\(row.queue.rawValue)", "there is no such queue"))
        }
        report.problems += orphans.map(\.text)
    }

    private mutating func checkDeduplications(queues: Set<UInt64>) throws {
        var orphans: [Damage] = []
        report.deduplications = try count(DeduplicationEntry.self) { entry in
            guard case .queue(let id) = entry.scope, !queues.contains(id.rawValue) else { return }
            orphans.append(Damage(table: "deduplication", row: "\(id.rawValue)", "there is no such queue"))
        }
        report.problems += orphans.map(\.text)
    }

    // MARK: Segments

    private mutating func checkSegments() throws -> Set<UInt64> {
        let contents = try SegmentReader(connection, ContentReader(directory, fileSystem: nil))
        let rows = try connection.prepare(StateReader.segmentsSQL)
        var segments: Set<UInt64> = []
        while try rows.step() {
            let id = UInt64(bitPattern: rows.integer(0))
            segments.insert(id)
            report.segments += 1
            try note { report in report.indexBytes += try StateReader.readSegment(rows).index.count }
            try note { report in report.contentBytes += try contents.check(id) ?? 0 }
        }
        return segments
    }

    private mutating func checkSummaries(segments: Set<UInt64>) throws {
        let rows = try connection.prepare(SegmentSummaryRow.selectSQL)
        while try rows.step() {
            try note { _ in
                let row = try SegmentSummaryRow(rows)
                if !segments.contains(row.id) { throw row.orphanDamage }
            }
        }
    }

    private mutating func checkPlaces(segments: Set<UInt64>) throws {
        let rows = try connection.prepare(ContentPlaceRow.selectSQL)
        while try rows.step() {
            try note { _ in
                let row = try ContentPlaceRow(rows)
                if !segments.contains(row.segment) { throw row.orphanDamage }
            }
        }
    }

    private mutating func checkNotes<Note: SegmentNote>(_ type: Note.Type, segments: Set<UInt64>) throws -> Int {
        let rows = try connection.prepare(SegmentNoteRow<Note>.selectSQL + " ORDER BY id")
        var count = 0
        while try rows.step() {
            count += 1
            try note { _ in
                let row = try SegmentNoteRow<Note>(rows)
                if !segments.contains(row.segment) { throw row.orphanDamage }
            }
        }
        return count
    }

    /// Notes the damage of one row and goes on.
    private mutating func note(_ body: (inout JournalCheckReport) throws -> Void) throws {
        do {
            try body(&report)
        } catch let damage as Damage {
            report.problems.append(damage.text)
        }
    }
}
