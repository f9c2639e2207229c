package import LeveretCore

/// Updates of the messages of one segment as bytes: for each, the numbers but that of the segment, in the order of
/// their declaration. Part of the database's format.
package enum MessageUpdateCoding {
    package static func encode(_ updates: [MessageUpdate]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(updates.count * 12)
        for update in updates {
            VariableLengthNumber.append(update.queue.rawValue, to: &bytes)
            VariableLengthNumber.append(update.writtenOrdinal, to: &bytes)
            VariableLengthNumber.append(update.ordinal, to: &bytes)
            VariableLengthNumber.append(UInt64(update.failures), to: &bytes)
            VariableLengthNumber.append(UInt64(update.returns), to: &bytes)
            VariableLengthNumber.append(update.dueAt, to: &bytes)
        }
        return bytes
    }

    /// The updates; nil if the bytes are not the encoding of any.
    package static func decode(_ bytes: UnsafeRawBufferPointer, segment: SegmentID) -> [MessageUpdate]? {
        var updates: [MessageUpdate] = []
        var offset = 0
        while offset < bytes.count {
            guard let update = readUpdate(bytes, at: &offset, segment: segment) else { return nil }
            updates.append(update)
        }
        return updates
    }

    private static func readUpdate(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int,
        segment: SegmentID
    ) -> MessageUpdate? {
        guard let queue = VariableLengthNumber.read(bytes, at: &offset),
            let writtenOrdinal = VariableLengthNumber.read(bytes, at: &offset),
            let ordinal = VariableLengthNumber.read(bytes, at: &offset),
            let failures = VariableLengthNumber.read(bytes, at: &offset).flatMap(UInt32.init(exactly:)),
            let returns = VariableLengthNumber.read(bytes, at: &offset).flatMap(UInt32.init(exactly:)),
            let dueAt = VariableLengthNumber.read(bytes, at: &offset)
        else { return nil }
        return MessageUpdate(
            segment: segment,
            queue: QueueID(rawValue: queue),
            writtenOrdinal: writtenOrdinal,
            ordinal: ordinal,
            failures: failures,
            returns: returns,
            dueAt: dueAt
        )
    }
}
