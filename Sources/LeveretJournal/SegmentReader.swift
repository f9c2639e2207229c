import LeveretCore

/// Reads the content and the index of segments and holds them against their checksums.
final class SegmentReader {
    private let select: SQLiteStatement
    private let selectIndex: SQLiteStatement
    private let selectPlace: SQLiteStatement
    private let contents: ContentReader

    init(_ connection: SQLiteConnection, _ contents: ContentReader) throws {
        self.contents = contents
        selectPlace = try connection.prepare(ContentPlaceRow.selectOneSQL)
        selectIndex = try connection.prepare(StateReader.segmentSQL)
        select = try connection.prepare("SELECT length, content_checksum, content FROM segment WHERE id = ?")
    }

    /// The content of a segment; nil if there is no such segment.
    func load(_ id: UInt64) throws -> [UInt8]? {
        try withContent(id) { [UInt8]($0) }
    }

    /// The index of a segment; nil if there is no such segment.
    func loadIndex(_ id: UInt64) throws -> [UInt8]? { try loadOutline(id)?.index }

    /// A segment without its content and without what was noted of it; nil if there is no such segment.
    func loadOutline(_ id: UInt64) throws -> RecoveredSegment? {
        defer { selectIndex.reset() }
        try selectIndex.bind(Int64(bitPattern: id), at: 1)
        return try selectIndex.step() ? try StateReader.readSegment(selectIndex) : nil
    }

    /// How many bytes the content of a segment has, checked as by loading it; nil if there is no such segment.
    func check(_ id: UInt64) throws -> Int? {
        try withContent(id) { $0.count }
    }

    /// Lends `body` the content of a segment; nil if there is no such segment.
    func withContent<Result>(_ id: UInt64, _ body: (UnsafeRawBufferPointer) -> Result) throws -> Result? {
        // The statement must not stay open: it would keep the write-ahead log from being reset.
        defer { select.reset() }
        try select.bind(Int64(bitPattern: id), at: 1)
        guard try select.step() else { return nil }
        let length = UInt64(bitPattern: select.integer(0))
        let stored = select.integer(1)
        func checked(_ bytes: UnsafeRawBufferPointer) throws -> Result {
            let checksum = Checksum(bytes, domain: .segmentContent, identity: id, length: length)
            guard checksum.stored == stored else {
                throw Damage(table: "segment", row: "\(id)", "the content does not match its checksum")
            }
            return body(bytes)
        }
        return try select.withBlob(2) { bytes in
            guard bytes.isEmpty, let place = try place(of: id) else { return try checked(bytes) }
            return try contents.withContent(place, checked)
        }
    }

    /// Where the content of a segment lies; nil if it lies in its row.
    private func place(of id: UInt64) throws -> ContentPlace? {
        defer { selectPlace.reset() }
        try selectPlace.bind(Int64(bitPattern: id), at: 1)
        return try selectPlace.step() ? try ContentPlaceRow(selectPlace).place : nil
    }
}
