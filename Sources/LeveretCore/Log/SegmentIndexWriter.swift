/// Encodes a `SegmentIndex`, record by record. Without records it is empty.
struct SegmentIndexWriter {
    private(set) var bytes: [UInt8] = []
    /// Where the last record lies, and what its last reference is.
    private var offset: UInt32 = 0
    private var queue: UInt64 = 0
    private var ordinal: UInt64 = 0

    /// Makes room for so many usual records.
    init(records: Int) {
        bytes.reserveCapacity(records * 5 + 16)
    }

    /// A record that one queue holds.
    mutating func append(_ offset: UInt32, _ bodyLength: UInt32, _ queue: QueueID, _ ordinal: UInt64) {
        guard queue.rawValue == self.queue, ordinal == self.ordinal &+ 1 else {
            begin(offset, bodyLength, 1, hasDetails: false)
            return append(queue, ordinal, nil)
        }
        place(offset, bodyLength, isNext: true)
        self.ordinal = ordinal
    }

    /// A record of that many references, which are to follow: with details, all of them or none.
    mutating func begin(_ offset: UInt32, _ bodyLength: UInt32, _ references: Int, hasDetails: Bool) {
        place(offset, bodyLength, isNext: false)
        append(UInt64(references) << 1 | (hasDetails ? 1 : 0))
    }

    mutating func append(_ queue: QueueID, _ ordinal: UInt64, _ details: ReferenceDetails?) {
        append(queue.rawValue)
        append(ordinal)
        self.queue = queue.rawValue
        self.ordinal = ordinal
        if let details { SegmentIndex.append(details, to: &bytes) }
    }

    /// A record as it was read; nothing if there are no references.
    mutating func append(_ references: [SegmentIndex.Item]) {
        guard let first = references.first else { return }
        let hasDetails = references.contains { $0.details != ReferenceDetails() }
        guard references.count > 1 || hasDetails else {
            return append(first.offset, first.bodyLength, first.queue, first.ordinal)
        }
        begin(first.offset, first.bodyLength, references.count, hasDetails: hasDetails)
        for reference in references {
            append(reference.queue, reference.ordinal, hasDetails ? reference.details : nil)
        }
    }

    private mutating func place(_ offset: UInt32, _ bodyLength: UInt32, isNext: Bool) {
        if bytes.isEmpty { bytes.append(SegmentIndex.firstByte) }
        // Offsets rise, in whole units.
        append(UInt64((offset &- self.offset) / SegmentIndex.unit) << 1 | (isNext ? 1 : 0))
        append(UInt64(bodyLength))
        self.offset = offset
    }

    @inline(__always)
    private mutating func append(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
