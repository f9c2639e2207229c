import LeveretCore

/// Something that is written about messages of a segment after the segment was: many in a row, under the row's
/// checksum. The rows go when the segment goes.
protocol SegmentNote {
    /// The table, and its column that holds the encoded notes.
    static var table: String { get }
    static var column: String { get }
    static var checksumDomain: Checksum.Domain { get }

    static func encode(_ notes: [Self]) -> [UInt8]
    /// The notes; nil if the bytes are not the encoding of any.
    static func decode(_ bytes: UnsafeRawBufferPointer, segment: SegmentID) -> [Self]?
    /// What counts of the notes, which are in the order in which they were written.
    static func united(_ notes: [Self]) -> [Self]
}

extension SettledRange: SegmentNote {
    static var table: String { "settlement" }
    static var column: String { "ranges" }
    static var checksumDomain: Checksum.Domain { .settlement }

    static func encode(_ notes: [SettledRange]) -> [UInt8] { SettledRangeCoding.encode(notes) }

    static func decode(_ bytes: UnsafeRawBufferPointer, segment: SegmentID) -> [SettledRange]? {
        SettledRangeCoding.decode(bytes)
    }

    static func united(_ notes: [SettledRange]) -> [SettledRange] { notes.united }
}

extension MessageUpdate: SegmentNote {
    static var table: String { "message_update" }
    static var column: String { "updates" }
    static var checksumDomain: Checksum.Domain { .messageUpdate }

    static func encode(_ notes: [MessageUpdate]) -> [UInt8] { MessageUpdateCoding.encode(notes) }

    static func decode(_ bytes: UnsafeRawBufferPointer, segment: SegmentID) -> [MessageUpdate]? {
        MessageUpdateCoding.decode(bytes, segment: segment)
    }

    static func united(_ notes: [MessageUpdate]) -> [MessageUpdate] { notes.united }
}

/// A row of notes, checked.
struct SegmentNoteRow<Note: SegmentNote> {
    let id: Int64
    let notes: [Note]

    var segment: UInt64 { UInt64(bitPattern: id) >> UInt64(Schema.noteBits) }
    var number: Int { Int(id & ((1 << Int64(Schema.noteBits)) - 1)) }

    static var selectSQL: String { "SELECT id, checksum, \(Note.column) FROM \(Note.table)" }

    /// Reads the columns id, checksum and that of the notes.
    init(_ statement: SQLiteStatement) throws {
        let id = statement.integer(0)
        let stored = statement.integer(1)
        let segment = SegmentID(rawValue: UInt64(bitPattern: id) >> UInt64(Schema.noteBits))
        let decoded = try statement.withBlob(2) { bytes -> [Note]? in
            guard Self.checksum(of: bytes, id: id).stored == stored else {
                throw Damage(table: Note.table, row: "\(id)", "the \(Note.column) do not match their checksum")
            }
            return Note.decode(bytes, segment: segment)
        }
        guard let decoded else {
            throw Damage(table: Note.table, row: "\(id)", "the \(Note.column) are no \(Note.column)")
        }
        self.id = id
        notes = decoded
    }

    static func checksum(of bytes: UnsafeRawBufferPointer, id: Int64) -> Checksum {
        Checksum(bytes, domain: Note.checksumDomain, identity: UInt64(bitPattern: id), length: 0)
    }

    /// A segment goes together with its notes, so notes without one mean that a segment was lost.
    var orphanDamage: Damage {
        Damage(table: Note.table, row: "\(id)", "segment \(segment), whose \(Note.table)s these are, is missing")
    }
}

/// Goes through all rows of notes by rising segment.
struct SegmentNoteRows<Note: SegmentNote> {
    private let statement: SQLiteStatement
    private var waiting: SegmentNoteRow<Note>?

    init(_ connection: SQLiteConnection) throws {
        statement = try connection.prepare(SegmentNoteRow<Note>.selectSQL + " ORDER BY id")
        try advance()
    }

    private mutating func advance() throws {
        waiting = try statement.step() ? try SegmentNoteRow(statement) : nil
    }

    /// The notes of the next segment, and the number of its next row.
    mutating func take(of segment: UInt64) throws -> (notes: [Note], nextRow: Int) {
        var notes: [Note] = []
        var nextRow = 0
        while let row = waiting, row.segment <= segment {
            guard row.segment == segment else { throw row.orphanDamage }
            notes += row.notes
            nextRow = row.number + 1
            try advance()
        }
        return (Note.united(notes), nextRow)
    }

    /// To be called after the last segment.
    func requireEnd() throws {
        if let waiting { throw waiting.orphanDamage }
    }
}
