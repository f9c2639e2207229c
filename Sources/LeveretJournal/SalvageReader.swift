import LeveretCore

/// Reads whatever can be read of a damaged database, and notes what cannot.
///
/// Where SQLite cannot go on in a table it is read from the other end too: what lies behind the damaged page is found
/// that way.
final class SalvageReader {
    private enum Direction: String, CaseIterable {
        case rising = ""
        case falling = " DESC"
    }

    private let connection: SQLiteConnection
    private let contents: SegmentReader
    private(set) var losses: [String] = []

    init(_ connection: SQLiteConnection, _ directory: DataDirectory) throws {
        self.connection = connection
        contents = try SegmentReader(connection, ContentReader(directory, fileSystem: nil))
    }

    func note(_ loss: String) { losses.append(loss) }

    // MARK: Small rows

    /// The rows of one kind that are whole.
    func rows<Row: DefinitionRow>(_ type: Row.Type) throws -> [Row] {
        let table = Row.table
        var found: [[ColumnValue]: Row] = [:]
        var order: [[ColumnValue]] = []
        var damages: [String] = []
        try fromBothEnds(table.name) { direction in
            let ordering = table.keys.map { $0 + direction.rawValue }.joined(separator: ", ")
            try StateReader(connection: connection).forEach(type, orderedBy: ordering) { row in
                switch row {
                case .success(let row):
                    let key = try row.columnValues()
                    if found.updateValue(row, forKey: key) == nil { order.append(key) }
                case .failure(let damage):
                    if !damages.contains(damage.text) { damages.append(damage.text) }
                }
            }
        }
        losses += damages
        return order.compactMap { found[$0] }
    }

    func deliveryMarks() throws -> [DeliveryMark] {
        var marks: [QueueID: DeliveryMark] = [:]
        try forEachRow(of: "delivery_mark", DeliveryMarkRow.selectSQL, key: "queue") { row in
            let mark = try DeliveryMarkRow.read(row)
            marks[mark.queue] = mark
        }
        return marks.values.sorted { $0.queue.rawValue < $1.queue.rawValue }
    }

    // MARK: Segments

    /// The numbers of the segments that can be found, by rising number.
    func segmentNumbers() throws -> [UInt64] {
        var numbers: Set<UInt64> = []
        try forEachRow(of: "segment", "SELECT id FROM segment", key: "id") { row in
            numbers.insert(UInt64(bitPattern: row.integer(0)))
        }
        return numbers.sorted()
    }

    /// The segment with its notes but without its content; nil if its index is damaged.
    func segment(_ number: UInt64) throws -> RecoveredSegment? {
        let row = try connection.prepare(StateReader.segmentSQL)
        try row.bind(Int64(bitPattern: number), at: 1)
        do {
            guard try row.step() else { return nil }
            var segment = try StateReader.readSegment(row)
            segment.settled = try notes(SettledRange.self, of: number)
            segment.updates = try notes(MessageUpdate.self, of: number)
            return segment
        } catch  where SalvageReader.isDamage(error) {
            note("segment \(number): its index is damaged: its messages are lost, their number is unknown")
            return nil
        }
    }

    /// Nil if the content is damaged.
    func content(_ number: UInt64) throws -> [UInt8]? {
        do {
            return try contents.load(number)
        } catch  where SalvageReader.isDamage(error) {
            return nil
        }
    }

    /// The notes on a segment in the order in which they were written.
    private func notes<Note: SegmentNote>(_ type: Note.Type, of number: UInt64) throws -> [Note] {
        let range = Schema.noteRows(of: number)
        var rows: [Int64: [Note]] = [:]
        let sql = SegmentNoteRow<Note>.selectSQL + " WHERE id BETWEEN \(range.lowerBound) AND \(range.upperBound)"
        try forEachRow(of: Note.table, sql, key: "id") { statement in
            let row = try SegmentNoteRow<Note>(statement)
            rows[row.id] = row.notes
        }
        return Note.united(rows.sorted { $0.key < $1.key }.flatMap(\.value))
    }

    /// The numbers of segments that something is written about.
    func notedSegments<Note: SegmentNote>(_ type: Note.Type) throws -> Set<UInt64> {
        var numbers: Set<UInt64> = []
        try forEachRow(of: Note.table, "SELECT id FROM \(Note.table)", key: "id") { row in
            numbers.insert(UInt64(bitPattern: row.integer(0)) >> UInt64(Schema.noteBits))
        }
        return numbers
    }

    // MARK: Reading on

    /// Goes through rows; those that are damaged are noted once.
    private func forEachRow(
        of table: String,
        _ sql: String,
        key: String,
        _ body: (SQLiteStatement) throws -> Void
    ) throws {
        var damages: [String] = []
        try fromBothEnds(table) { direction in
            let rows = try connection.prepare("\(sql) ORDER BY \(key)\(direction.rawValue)")
            while try rows.step() {
                do {
                    try body(rows)
                } catch let damage as Damage {
                    if !damages.contains(damage.text) { damages.append(damage.text) }
                }
            }
        }
        losses += damages
    }

    private func fromBothEnds(_ table: String, _ read: (Direction) throws -> Void) throws {
        for direction in Direction.allCases {
            do {
                return try read(direction)
            } catch let error as SQLiteError where SalvageReader.isDamage(error) {
                guard direction == .falling else { continue }
                note("table \(table): it cannot be read to its end (\(error.text))")
            }
        }
    }

    static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? SQLiteError else { return error is Damage }
        // A table whose description is damaged is not known, or not with these columns.
        return error.isDamage || error.isUnknownTable || error.isUnreadable
    }
}
