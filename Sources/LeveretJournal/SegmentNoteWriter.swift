import LeveretCore

/// Writes notes on messages of segments, and joins the rows of one segment when they become many.
final class SegmentNoteWriter<Note: SegmentNote> {
    private let insert: SQLiteStatement
    private let delete: SQLiteStatement
    private let select: SQLiteStatement
    private let rowLimit: Int

    init(_ connection: SQLiteConnection, rowLimit: Int) throws {
        insert = try connection.prepare("INSERT INTO \(Note.table) (id, checksum, \(Note.column)) VALUES (?, ?, ?)")
        delete = try connection.prepare("DELETE FROM \(Note.table) WHERE id BETWEEN ? AND ?")
        select = try connection.prepare(SegmentNoteRow<Note>.selectSQL + " WHERE id BETWEEN ? AND ? ORDER BY id")
        self.rowLimit = rowLimit
    }

    /// Writes the notes as the segment's row of the number given, and returns the number of the next.
    func write(_ notes: [Note], segment: UInt64, row: Int) throws -> Int {
        guard row >= rowLimit else {
            try insertRow(segment, row: row, Note.united(notes))
            return row + 1
        }
        let joined = Note.united(try readNotes(of: segment) + notes)
        try deleteRows(of: segment)
        try insertRow(segment, row: 0, joined)
        return 1
    }

    func deleteRows(of segment: UInt64) throws {
        let rows = Schema.noteRows(of: segment)
        try delete.bind(rows.lowerBound, at: 1)
        try delete.bind(rows.upperBound, at: 2)
        try delete.run()
    }

    private func insertRow(_ segment: UInt64, row: Int, _ notes: [Note]) throws {
        let id = Schema.noteRows(of: segment).lowerBound + Int64(row)
        try Note.encode(notes).withUnsafeBytes { bytes in
            defer { insert.reset() }
            try insert.bind(id, at: 1)
            try insert.bind(SegmentNoteRow<Note>.checksum(of: bytes, id: id).stored, at: 2)
            try insert.bind(inPlace: bytes, at: 3)
            try insert.run()
        }
    }

    /// All notes on the segment, in the order in which they were written.
    func readNotes(of segment: UInt64) throws -> [Note] {
        let rows = Schema.noteRows(of: segment)
        defer { select.reset() }
        try select.bind(rows.lowerBound, at: 1)
        try select.bind(rows.upperBound, at: 2)
        var notes: [Note] = []
        while try select.step() {
            notes += try SegmentNoteRow<Note>(select).notes
        }
        return notes
    }
}
