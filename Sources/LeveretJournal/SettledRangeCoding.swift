package import LeveretCore

/// Ranges of settled messages as bytes: for each, the queue, the first ordinal and how many more there are. Part of
/// the database's format.
package enum SettledRangeCoding {
    package static func encode(_ ranges: [SettledRange]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ranges.count * 8)
        for range in ranges {
            VariableLengthNumber.append(range.queue.rawValue, to: &bytes)
            VariableLengthNumber.append(range.first, to: &bytes)
            VariableLengthNumber.append(range.last &- range.first, to: &bytes)
        }
        return bytes
    }

    /// The ranges; nil if the bytes are not the encoding of any.
    package static func decode(_ bytes: UnsafeRawBufferPointer) -> [SettledRange]? {
        var ranges: [SettledRange] = []
        var offset = 0
        while offset < bytes.count {
            guard let queue = VariableLengthNumber.read(bytes, at: &offset),
                let first = VariableLengthNumber.read(bytes, at: &offset),
                let more = VariableLengthNumber.read(bytes, at: &offset)
            else { return nil }
            let (last, overflow) = first.addingReportingOverflow(more)
            guard !overflow else { return nil }
            ranges.append(SettledRange(queue: QueueID(rawValue: queue), first: first, last: last))
        }
        return ranges
    }
}
