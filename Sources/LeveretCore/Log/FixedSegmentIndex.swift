/// The index of a segment as databases of the formats 1 to 6 have it; it is only read.
///
/// For each record, little-endian: u32 offset, u32 body length, u32 number of references; for each reference u32 queue, u64
/// ordinal, and the details (`SegmentIndex`) if the highest bit of the number is set. The first byte is even, since offsets
/// are multiples of 8.
enum FixedSegmentIndex {
    private static let recordSize = 12
    private static let referenceSize = 12
    private static let detailsFlag: UInt32 = 1 << 31

    /// Calls `body` with each reference in order. `false` if the index is not well formed.
    static func forEach(
        in bytes: UnsafeRawBufferPointer,
        _ body: (SegmentIndex.Item) throws -> Void
    ) rethrows -> Bool {
        var position = 0
        while position < bytes.count {
            guard bytes.count - position >= recordSize else { return false }
            let number = SegmentIndex.integer(UInt32.self, in: bytes, at: position + 8)
            let hasDetails = number & detailsFlag != 0
            let size = hasDetails ? referenceSize + SegmentIndex.detailsSize : referenceSize
            let first = position + recordSize
            let count = Int(number & ~detailsFlag)
            guard count <= (bytes.count - first) / size else { return false }
            for place in stride(from: first, to: first + count * size, by: size) {
                try body(item(in: bytes, record: position, reference: place, hasDetails: hasDetails))
            }
            position = first + count * size
        }
        return true
    }

    private static func item(
        in bytes: UnsafeRawBufferPointer,
        record: Int,
        reference: Int,
        hasDetails: Bool
    ) -> SegmentIndex.Item {
        SegmentIndex.Item(
            offset: SegmentIndex.integer(UInt32.self, in: bytes, at: record),
            bodyLength: SegmentIndex.integer(UInt32.self, in: bytes, at: record + 4),
            queue: QueueID(rawValue: UInt64(SegmentIndex.integer(UInt32.self, in: bytes, at: reference))),
            ordinal: SegmentIndex.integer(UInt64.self, in: bytes, at: reference + 4),
            details: hasDetails
                ? SegmentIndex.details(in: bytes, at: reference + referenceSize) : ReferenceDetails()
        )
    }
}
