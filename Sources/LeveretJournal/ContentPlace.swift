/// Where the content of a segment lies that is not in its row: in which content file, from which byte on, and how long
/// it is.
struct ContentPlace: Hashable {
    /// Contents begin at multiples of this many bytes, so that none shares a page of the file with another.
    static let alignment = 4_096

    var file: UInt64
    var start: Int
    var length: Int

    var end: Int { start + length }

    /// From where on the next content may lie.
    static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
}

/// A row that says where the content of a segment lies.
struct ContentPlaceRow {
    let segment: UInt64
    let place: ContentPlace

    private static let columnsSQL = "SELECT segment, file, start, length, checksum FROM content_place"
    static let selectSQL = columnsSQL + " ORDER BY segment"
    static let selectOneSQL = columnsSQL + " WHERE segment = ?"

    /// Reads the columns segment, file, start, length and checksum.
    init(_ statement: SQLiteStatement) throws {
        segment = UInt64(bitPattern: statement.integer(0))
        let (start, length) = (statement.integer(2), statement.integer(3))
        let stored = statement.integer(4)
        place = ContentPlace(
            file: UInt64(bitPattern: statement.integer(1)),
            start: Int(truncatingIfNeeded: start),
            length: Int(truncatingIfNeeded: length)
        )
        guard ContentPlaceRow.checksum(of: place, segment: segment).stored == stored, start >= 0, length >= 0 else {
            throw Damage(table: "content_place", row: "\(segment)", "the row does not match its checksum")
        }
    }

    static func checksum(of place: ContentPlace, segment: UInt64) -> Checksum {
        let numbers = [place.file, UInt64(place.start), UInt64(place.length)].map(\.littleEndian)
        return numbers.withUnsafeBytes { Checksum($0, domain: .contentPlace, identity: segment, length: 0) }
    }

    /// A place goes together with its segment, so one without means that a segment was lost.
    var orphanDamage: Damage {
        Damage(table: "content_place", row: "\(segment)", "segment \(segment), whose content this is, is missing")
    }
}

/// Goes through all places by rising segment.
struct ContentPlaceRows {
    private let statement: SQLiteStatement
    private var next: ContentPlaceRow?

    init(_ connection: SQLiteConnection) throws {
        statement = try connection.prepare(ContentPlaceRow.selectSQL)
        try advance()
    }

    private mutating func advance() throws {
        next = try statement.step() ? try ContentPlaceRow(statement) : nil
    }

    /// The place of the next segment's content; nil if it is in its row.
    mutating func take(of segment: UInt64) throws -> ContentPlace? {
        guard let row = next, row.segment <= segment else { return nil }
        guard row.segment == segment else { throw row.orphanDamage }
        try advance()
        return row.place
    }

    /// To be called after the last segment.
    func requireEnd() throws {
        if let next { throw next.orphanDamage }
    }
}

/// Writes and deletes places of contents.
final class ContentPlaceWriter {
    private let insert: SQLiteStatement
    private let delete: SQLiteStatement

    init(_ connection: SQLiteConnection) throws {
        insert = try connection.prepare(
            "INSERT INTO content_place (segment, file, start, length, checksum) VALUES (?, ?, ?, ?, ?)"
        )
        delete = try connection.prepare("DELETE FROM content_place WHERE segment = ?")
    }

    func write(_ place: ContentPlace, of segment: UInt64) throws {
        try insert.bind(Int64(bitPattern: segment), at: 1)
        try insert.bind(Int64(bitPattern: place.file), at: 2)
        try insert.bind(Int64(place.start), at: 3)
        try insert.bind(Int64(place.length), at: 4)
        try insert.bind(ContentPlaceRow.checksum(of: place, segment: segment).stored, at: 5)
        try insert.run()
    }

    func delete(of segment: UInt64) throws {
        try delete.bind(Int64(bitPattern: segment), at: 1)
        try delete.run()
    }
}
