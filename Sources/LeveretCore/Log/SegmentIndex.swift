/// The index of a stored segment: for each record where it lies, how large its body is and which queues hold it.
/// Recovery reads indexes only, never contents.
///
/// For each record, little-endian: u32 offset, u32 body length, u32 number of references; for each reference
/// u32 queue, u64 ordinal.
struct SegmentIndex {
    private static let recordSize = 12
    private static let referenceSize = 12

    /// Encodes the live records of a segment that is being cut.
    static func encode(_ segment: Segment) -> [UInt8] {
        let live = segment.uncommitted.lazy.filter { $0.liveReferences > 0 }
        let size = live.reduce(0) { $0 + recordSize + Int($1.liveReferences) * referenceSize }
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var cursor = UnsafeMutableRawBufferPointer(buffer)
            for record in live {
                append(record.offset, to: &cursor)
                append(record.bodyLength, to: &cursor)
                append(record.liveReferences, to: &cursor)
                let first = Int(record.firstReference)
                for reference in segment.uncommittedReferences[first..<(first + Int(record.referenceCount))]
                where !reference.isSettled {
                    append(UInt32(truncatingIfNeeded: reference.queue.rawValue), to: &cursor)
                    append(reference.ordinal, to: &cursor)
                }
            }
            count = size
        }
    }

    private static func append<Value: FixedWidthInteger>(
        _ value: Value,
        to cursor: inout UnsafeMutableRawBufferPointer
    ) {
        cursor.storeBytes(of: value.littleEndian, as: Value.self)
        cursor = UnsafeMutableRawBufferPointer(rebasing: cursor[MemoryLayout<Value>.size...])
    }

    /// One reference of the index.
    struct Item {
        let offset: UInt32
        let bodyLength: UInt32
        let queue: QueueID
        let ordinal: UInt64
    }

    /// Calls `body` with each reference in order. `false` if the index is not well formed.
    static func forEach(in index: [UInt8], _ body: (Item) -> Void) -> Bool {
        index.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                guard bytes.count - position >= recordSize else { return false }
                let offset = integer(UInt32.self, in: bytes, at: position)
                let length = integer(UInt32.self, in: bytes, at: position + 4)
                let count = integer(UInt32.self, in: bytes, at: position + 8)
                position += recordSize
                guard Int(count) <= (bytes.count - position) / referenceSize else { return false }
                for _ in 0..<count {
                    let queue = integer(UInt32.self, in: bytes, at: position)
                    let ordinal = integer(UInt64.self, in: bytes, at: position + 4)
                    position += referenceSize
                    let id = QueueID(rawValue: UInt64(queue))
                    body(Item(offset: offset, bodyLength: length, queue: id, ordinal: ordinal))
                }
            }
            return true
        }
    }

    private static func integer<Value: FixedWidthInteger>(
        _: Value.Type,
        in bytes: UnsafeRawBufferPointer,
        at offset: Int
    ) -> Value {
        Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}
