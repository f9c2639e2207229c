import LeveretCore

/// Writes and deletes segments of the message log.
final class SegmentWriter {
    private let insert: SQLiteStatement
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
        let (id, length) = (segment.id.rawValue, UInt64(segment.length))
        let contentChecksum = Checksum(content, domain: .segmentContent, identity: id, length: length)
        try segment.index.withUnsafeBytes { index in
            let indexChecksum = Checksum(index, domain: .segmentIndex, identity: id, length: length)
            defer { insert.reset() }
            try insert.bind(Int64(id), at: 1)
            try insert.bind(Int64(segment.length), at: 2)
            try insert.bind(indexChecksum.stored, at: 3)
            try insert.bind(contentChecksum.stored, at: 4)
            try insert.bind(inPlace: index, at: 5)
            try insert.bind(inPlace: content, at: 6)
            try insert.run()
        }
    }

    func delete(_ segment: UInt64) throws {
        try delete.bind(Int64(segment), at: 1)
        try delete.run()
    }
}
