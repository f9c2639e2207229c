/// Reads a `SegmentIndex`, record by record, from bytes that may be damaged.
struct SegmentIndexReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 1
    /// Where the last record lies, and what its last reference is.
    private var offset: UInt32 = 0
    private var queue = QueueID(rawValue: 0)
    private var ordinal: UInt64 = 0

    /// For bytes that begin with `SegmentIndex.firstByte`.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    /// Calls `body` with each reference of the next record. `false` if that is not well formed.
    mutating func readRecord(_ body: (SegmentIndex.Item) throws -> Void) rethrows -> Bool {
        guard let place = number(), let length = number(), let bodyLength = UInt32(exactly: length),
            move(by: place >> 1)
        else { return false }
        if place & 1 != 0 {
            ordinal &+= 1
            try body(item(bodyLength, ReferenceDetails()))
            return true
        }
        guard let references = number() else { return false }
        for _ in 0..<(references >> 1) {
            guard let details = reference(hasDetails: references & 1 != 0) else { return false }
            try body(item(bodyLength, details))
        }
        return true
    }

    private func item(_ bodyLength: UInt32, _ details: ReferenceDetails) -> SegmentIndex.Item {
        .init(offset: offset, bodyLength: bodyLength, queue: queue, ordinal: ordinal, details: details)
    }

    /// `false` if nothing can lie that far behind the last record.
    private mutating func move(by units: UInt64) -> Bool {
        let (distance, isFar) = units.multipliedReportingOverflow(by: UInt64(SegmentIndex.unit))
        guard !isFar, let distance = UInt32(exactly: distance) else { return false }
        let (moved, isBehind) = offset.addingReportingOverflow(distance)
        offset = moved
        return !isBehind
    }

    /// Takes over the next reference and gives its details.
    private mutating func reference(hasDetails: Bool) -> ReferenceDetails? {
        guard let queue = number(), let ordinal = number() else { return nil }
        self.queue = QueueID(rawValue: queue)
        self.ordinal = ordinal
        guard hasDetails else { return ReferenceDetails() }
        guard bytes.count - position >= SegmentIndex.detailsSize else { return nil }
        defer { position += SegmentIndex.detailsSize }
        return SegmentIndex.details(in: bytes, at: position)
    }

    /// The next number; `nil` if the bytes end before it does, or it is too large.
    @inline(__always)
    private mutating func number() -> UInt64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count {
            let byte = UInt64(bytes[position])
            position += 1
            // The tenth byte has room for one bit.
            guard shift < 63 || byte <= 1 else { return nil }
            number |= (byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        return nil
    }
}
