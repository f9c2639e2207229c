package import LeveretCore

/// Ranges of settled messages as bytes: for each, the queue, the first ordinal and how many more there are, each in
/// seven bits a byte, lowest first; the top bit says that more follow. Part of the database's format.
package enum SettledRangeCoding {
    package static func encode(_ ranges: [SettledRange]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ranges.count * 8)
        for range in ranges {
            append(range.queue.rawValue, to: &bytes)
            append(range.first, to: &bytes)
            append(range.last &- range.first, to: &bytes)
        }
        return bytes
    }

    /// The ranges; nil if the bytes are not the encoding of any.
    package static func decode(_ bytes: UnsafeRawBufferPointer) -> [SettledRange]? {
        var ranges: [SettledRange] = []
        var offset = 0
        while offset < bytes.count {
            guard let queue = number(in: bytes, at: &offset), let first = number(in: bytes, at: &offset),
                let more = number(in: bytes, at: &offset)
            else { return nil }
            let (last, overflow) = first.addingReportingOverflow(more)
            guard !overflow else { return nil }
            ranges.append(SettledRange(queue: QueueID(rawValue: queue), first: first, last: last))
        }
        return ranges
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(in bytes: UnsafeRawBufferPointer, at offset: inout Int) -> UInt64? {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            // The tenth byte has room for a single bit.
            guard shift < 63 || byte <= 1 else { return nil }
            result |= UInt64(byte & 0x7F) << shift
            guard byte > 0x7F else { return result }
            shift += 7
        }
        return nil
    }
}
