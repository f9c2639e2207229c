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

    /// Reads the content of a segment into the memory that `room` gives for so many bytes; `false` if there is no such
    /// segment.
    func read(_ id: UInt64, into room: (Int) -> UnsafeMutableRawBufferPointer) throws -> Bool {
        let wasRead: Void? = try withRow(id) { row in
            guard let place = row.place else {
                let memory = room(row.content.count)
                memory.copyMemory(from: row.content)
                return try row.check(UnsafeRawBufferPointer(memory))
            }
            try row.check(UnsafeRawBufferPointer(try contents.read(place, into: room)))
        }
        return wasRead != nil
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
        try withRow(id) { row in
            guard let place = row.place else {
                try row.check(row.content)
                return body(row.content)
            }
            return try contents.withContent(place) { content in
                try row.check(content)
                return body(content)
            }
        }
    }

    private func withRow<Result>(_ id: UInt64, _ body: (Row) throws -> Result) throws -> Result? {
        // The statement must not stay open: it would keep the write-ahead log from being reset.
        defer { select.reset() }
        try select.bind(Int64(bitPattern: id), at: 1)
        guard try select.step() else { return nil }
        let length = UInt64(bitPattern: select.integer(0))
        let checksum = select.integer(1)
        return try select.withBlob(2) { content in
            let place = content.isEmpty ? try place(of: id) : nil
            return try body(Row(id: id, length: length, checksum: checksum, content: content, place: place))
        }
    }

    /// A segment's row, as long as its statement is open.
    private struct Row {
        let id: UInt64
        let length: UInt64
        let checksum: Int64
        let content: UnsafeRawBufferPointer
        /// Where the content lies if not in the row.
        let place: ContentPlace?

        /// Throws if the bytes are not the content that was written.
        func check(_ bytes: UnsafeRawBufferPointer) throws {
            let found = Checksum(bytes, domain: .segmentContent, identity: id, length: length)
            guard found.stored == checksum else {
                throw Damage(table: "segment", row: "\(id)", "the content does not match its checksum")
            }
        }
    }

    /// Where the content of a segment lies; nil if it lies in its row.
    private func place(of id: UInt64) throws -> ContentPlace? {
        defer { selectPlace.reset() }
        try selectPlace.bind(Int64(bitPattern: id), at: 1)
        return try selectPlace.step() ? try ContentPlaceRow(selectPlace).place : nil
    }
}
