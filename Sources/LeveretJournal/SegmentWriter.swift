import LeveretCore

/// Writes and deletes segments of the message log.
final class SegmentWriter {
    private let insert: SQLiteStatement
    private let update: SQLiteStatement
    private let delete: SQLiteStatement
    private let places: ContentPlaceWriter
    /// Up to which size the memory for putting contents together is kept for the next.
    private static let keptCapacity = 4 << 20

    /// Where a content of several pieces is put together.
    private var joined: [UInt8] = []

    init(_ connection: SQLiteConnection) throws {
        insert = try connection.prepare(
            """
            INSERT INTO segment (id, length, index_checksum, content_checksum, record_index, content)
            VALUES (?, ?, ?, ?, ?, ?)
            """
        )
        update = try connection.prepare(
            """
            UPDATE segment SET index_checksum = ?3, content_checksum = ?4, record_index = ?5, content = ?6
            WHERE id = ?1 AND length = ?2
            """
        )
        delete = try connection.prepare("DELETE FROM segment WHERE id = ?")
        places = try ContentPlaceWriter(connection)
    }

    /// Writes a segment: its content into its row, or, if there are any, into content files. Gives where it lies there.
    func write(_ segment: SegmentWrite, contents: ContentFiles?) throws -> ContentPlace? {
        let bytes = UnsafeRawBufferPointer(segment.memory.bytes)
        guard segment.pieces.count != 1 else {
            // The memory is written as it is, without a copy of ours.
            return try write(segment, UnsafeRawBufferPointer(rebasing: bytes[segment.pieces[0]]), contents)
        }
        defer { joined.removeAll(keepingCapacity: joined.count <= SegmentWriter.keptCapacity) }
        for piece in segment.pieces { joined.append(contentsOf: bytes[piece]) }
        return try joined.withUnsafeBytes { try write(segment, $0, contents) }
    }

    private func write(
        _ segment: SegmentWrite,
        _ content: UnsafeRawBufferPointer,
        _ contents: ContentFiles?
    ) throws -> ContentPlace? {
        let id = segment.id.rawValue
        // A content that no file has is told from one that a file has by being there: so an empty one goes into the row.
        let place = content.isEmpty ? nil : try contents?.append(content)
        try segment.index.withUnsafeBytes { index in
            try run(insert, id, segment.length, index: index, content: content, isElsewhere: place != nil)
        }
        if let place { try places.write(place, of: id) }
        return place
    }

    /// Writes the segment of that length in memory anew, with less in it; now its content lies in its row.
    func rewrite(_ id: UInt64, length: Int, as compaction: SegmentCompaction) throws {
        try compaction.index.withUnsafeBytes { index in
            try compaction.content.withUnsafeBytes { content in
                try run(update, id, length, index: index, content: content)
            }
        }
        try places.delete(of: id)
    }

    private func run(
        _ statement: SQLiteStatement,
        _ id: UInt64,
        _ length: Int,
        index: UnsafeRawBufferPointer,
        content: UnsafeRawBufferPointer,
        isElsewhere: Bool = false
    ) throws {
        let hashed = UInt64(length)
        let indexChecksum = Checksum(index, domain: .segmentIndex, identity: id, length: hashed)
        let contentChecksum = Checksum(content, domain: .segmentContent, identity: id, length: hashed)
        defer { statement.reset() }
        try statement.bind(Int64(id), at: 1)
        try statement.bind(Int64(length), at: 2)
        try statement.bind(indexChecksum.stored, at: 3)
        try statement.bind(contentChecksum.stored, at: 4)
        try statement.bind(inPlace: index, at: 5)
        try statement.bind(inPlace: isElsewhere ? UnsafeRawBufferPointer(rebasing: content[..<0]) : content, at: 6)
        try statement.run()
    }

    func delete(_ segment: UInt64, isElsewhere: Bool) throws {
        try delete.bind(Int64(segment), at: 1)
        try delete.run()
        if isElsewhere { try places.delete(of: segment) }
    }
}
