import LeveretCore

/// Reads rows back and holds them against their checksums. What is damaged is reported row by row, so that a check
/// can go on and a start can stop.
struct StateReader {
    let connection: SQLiteConnection

    // MARK: Everything

    /// The whole state, without the content of the segments.
    func recover() throws -> RecoveredState {
        var state = RecoveredState()
        state.virtualHosts = StateReader.join(try all(), try all())
        state.exchanges = try all()
        state.queues = try all()
        state.bindings = try all()
        state.users = StateReader.join(try all(), try all())
        state.permissions = try all()
        state.topicPermissions = try all()
        state.policies = try all()
        state.pausedQueues = StateReader.numbers(try all())
        state.deliveryMarks = try deliveryMarks()
        state.deduplications = try all().sorted { $0.precedes($1) }
        if let number = try storedNumber(StoredNumber.nextQueueID) { state.nextQueueID = QueueID(rawValue: number) }
        try requireUnusedQueueID(state)
        return state
    }

    /// A number given twice would give one queue another's messages.
    private func requireUnusedQueueID(_ state: RecoveredState) throws {
        guard let last = state.queues.last?.id, last >= state.nextQueueID else { return }
        throw Damage(
            table: "meta",
            row: StoredNumber.nextQueueID,
            "queue \(last.rawValue) exists, so \(state.nextQueueID.rawValue) is not the next number"
        )
    }

    /// What lies beside a name is found by the name's bytes, as the database compares them.
    static func join(_ hosts: [VirtualHostDefinition], _ settings: [VirtualHostSettings]) -> [VirtualHostDefinition] {
        let byName = Dictionary(settings.map { (Array($0.host.name.utf8), $0.host) }) { first, _ in first }
        return hosts.map { byName[Array($0.name.utf8)] ?? $0 }
    }

    static func numbers(_ rows: [PausedQueueRow]) -> [QueueID] { rows.map(\.queue).sorted() }

    static func join(_ users: [UserDefinition], _ rows: [UserLimitsRow]) -> [UserDefinition] {
        let byName = Dictionary(rows.map { (Array($0.user.utf8), $0.limits) }) { first, _ in first }
        var users = users
        for index in users.indices {
            users[index].limits = byName[Array(users[index].name.utf8)] ?? UserLimits()
        }
        return users
    }

    private func all<Row: DefinitionRow>() throws -> [Row] {
        var rows: [Row] = []
        try forEach(Row.self) { rows.append(try $0.get()) }
        return rows
    }

    func storedNumber(_ key: String) throws -> UInt64? {
        let numbers: [StoredNumber] = try all()
        return numbers.first { $0.key == key }?.value
    }

    // MARK: Definitions

    /// Goes through the rows of one kind of definition by rising key.
    func forEach<Row: DefinitionRow>(_ type: Row.Type, _ body: (Result<Row, Damage>) throws -> Void) throws {
        try forEach(type, orderedBy: Row.table.keys.joined(separator: ", "), body)
    }

    func forEach<Row: DefinitionRow>(
        _ type: Row.Type,
        orderedBy order: String,
        _ body: (Result<Row, Damage>) throws -> Void
    ) throws {
        let table = Row.table
        let statement = try connection.prepare("\(table.selectSQL) ORDER BY \(order)")
        while try statement.step() {
            try body(try readRow(table, statement))
        }
    }

    private func readRow<Row: DefinitionRow>(
        _ table: DefinitionTable,
        _ statement: SQLiteStatement
    ) throws -> Result<Row, Damage> {
        var values: [ColumnValue] = []
        for column in table.columns.indices {
            guard let value = try ColumnValue(Int32(column), of: statement) else {
                return .failure(Damage(table: table.name, row: describe(values), "a column is of the wrong type"))
            }
            values.append(value)
        }
        let name = describe(Array(values.prefix(table.keys.count)))
        guard table.checksum(of: values).stored == statement.integer(Int32(table.columns.count)) else {
            return .failure(Damage(table: table.name, row: name, "the row does not match its checksum"))
        }
        var columns = ColumnReader(values)
        do {
            return .success(try Row(columns: &columns))
        } catch {
            return .failure(Damage(table: table.name, row: name, "the row cannot be read (\(error))"))
        }
    }

    private func describe(_ keys: [ColumnValue]) -> String {
        let texts = keys.map { key in
            switch key {
            case .integer(let number): "\(number)"
            case .text(let text): text.debugDescription
            case .blob(let bytes): "\(bytes.count) bytes"
            }
        }
        return texts.joined(separator: ", ")
    }

    // MARK: Delivery marks

    func deliveryMarks() throws -> [DeliveryMark] {
        let statement = try connection.prepare(DeliveryMarkRow.selectSQL + " ORDER BY queue")
        var marks: [DeliveryMark] = []
        while try statement.step() { marks.append(try DeliveryMarkRow.read(statement)) }
        return marks
    }

    // MARK: Segments

    static let segmentsSQL = "SELECT id, length, index_checksum, record_index FROM segment ORDER BY id"
    private static let betweenSQL =
        "SELECT id, length, index_checksum, record_index FROM segment WHERE id >= ? AND id < ? ORDER BY id"
    static let segmentSQL = "SELECT id, length, index_checksum, record_index FROM segment WHERE id = ?"

    /// Goes through the segments with their notes, in rising order, and tells the numbers that the next rows of a
    /// segment's notes get.
    func forEachSegment(
        _ body: (_ segment: RecoveredSegment, _ nextRows: SegmentLedger.NextRows) throws -> Void
    ) throws {
        var notes = try SegmentNotes(connection)
        var summaries = try SegmentSummaryRows(connection)
        let between = try connection.prepare(StateReader.betweenSQL)
        let one = try connection.prepare(StateReader.segmentSQL)
        var next: UInt64 = 0
        while next < Schema.segmentLimit {
            let summary = summaries.next
            let end = summary?.id ?? Schema.segmentLimit
            // Rows of segments that have a summary are not even looked for.
            if next < end { try forEachSegment(next..<end, between, &notes, body) }
            guard let summary else { break }
            try take(summary, from: one, &notes, body)
            next = end + 1
            try summaries.advance()
        }
        try notes.requireEnd()
    }

    private func forEachSegment(
        _ range: Range<UInt64>,
        _ statement: SQLiteStatement,
        _ notes: inout SegmentNotes,
        _ body: (RecoveredSegment, SegmentLedger.NextRows) throws -> Void
    ) throws {
        defer { statement.reset() }
        try statement.bind(Int64(range.lowerBound), at: 1)
        try statement.bind(Int64(range.upperBound), at: 2)
        while try statement.step() {
            var segment = try StateReader.readSegment(statement)
            let nextRows = try notes.take(for: &segment)
            try body(segment, nextRows)
        }
    }

    /// Takes what a summary says, if it still says the truth, and what the index says if not.
    private func take(
        _ summary: SegmentSummaryRow,
        from statement: SQLiteStatement,
        _ notes: inout SegmentNotes,
        _ body: (RecoveredSegment, SegmentLedger.NextRows) throws -> Void
    ) throws {
        var segment = RecoveredSegment(
            id: SegmentID(rawValue: summary.id),
            length: summary.length,
            runs: summary.runs
        )
        var nextRows = try notes.take(for: &segment)
        nextRows.hasSummary = true
        if !SegmentSummary(summary).holds(despite: segment.settled, segment.updates) {
            defer { statement.reset() }
            try statement.bind(Int64(summary.id), at: 1)
            guard try statement.step() else { throw summary.orphanDamage }
            let read = try StateReader.readSegment(statement)
            (segment.runs, segment.index) = (nil, read.index)
        } else {
            segment.updates = []
        }
        try body(segment, nextRows)
    }

    /// Reads the columns id, length, index_checksum and record_index.
    static func readSegment(_ statement: SQLiteStatement) throws -> RecoveredSegment {
        let id = UInt64(bitPattern: statement.integer(0))
        let length = statement.integer(1)
        let stored = statement.integer(2)
        let index = try statement.withBlob(3) { bytes -> [UInt8]? in
            let checksum = Checksum(
                bytes,
                domain: .segmentIndex,
                identity: id,
                length: UInt64(bitPattern: length)
            )
            return checksum.stored == stored ? [UInt8](bytes) : nil
        }
        guard let index, let length = Int(exactly: length), length >= 0 else {
            throw Damage(table: "segment", row: "\(id)", "the index does not match its checksum")
        }
        return RecoveredSegment(id: SegmentID(rawValue: id), length: length, index: index, settled: [])
    }
}

/// All notes on segments, and the places of their contents, taken by rising segment.
private struct SegmentNotes {
    private var settlements: SegmentNoteRows<SettledRange>
    private var updates: SegmentNoteRows<MessageUpdate>
    private var places: ContentPlaceRows

    init(_ connection: SQLiteConnection) throws {
        places = try ContentPlaceRows(connection)
        settlements = try SegmentNoteRows(connection)
        updates = try SegmentNoteRows(connection)
    }

    /// Gives a segment its notes, and the numbers of its next rows.
    mutating func take(for segment: inout RecoveredSegment) throws -> SegmentLedger.NextRows {
        var nextRows = SegmentLedger.NextRows()
        (segment.settled, nextRows.settlement) = try settlements.take(of: segment.id.rawValue)
        (segment.updates, nextRows.update) = try updates.take(of: segment.id.rawValue)
        nextRows.place = try places.take(of: segment.id.rawValue)
        return nextRows
    }

    /// To be called after the last segment.
    func requireEnd() throws {
        try settlements.requireEnd()
        try updates.requireEnd()
        try places.requireEnd()
    }
}
