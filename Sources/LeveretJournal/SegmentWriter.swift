import LeveretCore

/// Writes and deletes segments of the message log.
final class SegmentWriter {
    private let insert: SQLiteStatement
    private let update: SQLiteStatement
    private let delete: SQLiteStatement
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
    }

    func write(_ segment: SegmentWrite) throws {
        let bytes = UnsafeRawBufferPointer(segment.memory.bytes)
        if segment.pieces.count == 1 {
            // The memory goes to SQLite as it is, without a copy of ours.
            try write(segment, content: UnsafeRawBufferPointer(rebasing: bytes[segment.pieces[0]]))
        } else {
            defer { joined.removeAll(keepingCapacity: joined.count <= SegmentWriter.keptCapacity) }
            for piece in segment.pieces { joined.append(contentsOf: bytes[piece]) }
            try joined.withUnsafeBytes { try write(segment, content: $0) }
        }
    }

    private func write(_ segment: SegmentWrite, content: UnsafeRawBufferPointer) throws {
        try segment.index.withUnsafeBytes { index in
            try run(insert, segment.id.rawValue, length: segment.length, index: index, content: content)
        }
    }

    /// Writes the segment of that length in memory anew, with less in it.
    func rewrite(_ id: UInt64, length: Int, as compaction: SegmentCompaction) throws {
        try compaction.index.withUnsafeBytes { index in
            try compaction.content.withUnsafeBytes { content in
                try run(update, id, length: length, index: index, content: content)
            }
        }
    }

    private func run(
        _ statement: SQLiteStatement,
        _ id: UInt64,
        length: Int,
        index: UnsafeRawBufferPointer,
        content: UnsafeRawBufferPointer
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
        try statement.bind(inPlace: content, at: 6)
        try statement.run()
    }

    func delete(_ segment: UInt64) throws {
        try delete.bind(Int64(segment), at: 1)
        try delete.run()
    }
}
