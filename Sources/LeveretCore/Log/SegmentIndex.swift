/// The index of a stored segment: for each record where it lies, how large its body is and which queues hold it.
/// Recovery reads indexes only, never contents.
///
/// For each record, little-endian: u32 offset, u32 body length, u32 number of references; for each reference
/// u32 queue, u64 ordinal. If the highest bit of the number is set, details follow each reference: u64 deadline (all
/// bits set is none), u64 due time (0 is none), u32 failures, u32 returns, u32 priority (256 is the queue's usual), with
/// bit 16 set if the message is repeated.
struct SegmentIndex {
    private static let recordSize = 12
    private static let referenceSize = 12
    private static let detailsSize = 28
    private static let detailsFlag: UInt32 = 1 << 31
    private static let usualPriority: UInt32 = 256
    private static let repeatsFlag: UInt32 = 1 << 16

    /// Encodes the live records of a segment that is being cut.
    static func encode(_ segment: Segment) -> [UInt8] {
        let live = segment.uncommitted.lazy.filter { $0.liveReferences > 0 }
        let plainSize = live.reduce(0) { $0 + recordSize + Int($1.liveReferences) * referenceSize }
        guard segment.uncommittedDetails.isEmpty else { return encodeWithDetails(segment, atLeast: plainSize) }
        return [UInt8](unsafeUninitializedCapacity: plainSize) { buffer, count in
            var cursor = UnsafeMutableRawBufferPointer(buffer)
            for record in live {
                append(record.offset, to: &cursor)
                append(record.bodyLength, to: &cursor)
                append(record.liveReferences, to: &cursor)
                for reference in segment.liveReferences(of: record) {
                    append(UInt32(truncatingIfNeeded: reference.queue.rawValue), to: &cursor)
                    append(reference.ordinal, to: &cursor)
                }
            }
            count = plainSize
        }
    }

    private static func append<Value: FixedWidthInteger>(
        _ value: Value,
        to cursor: inout UnsafeMutableRawBufferPointer
    ) {
        cursor.storeBytes(of: value.littleEndian, as: Value.self)
        cursor = UnsafeMutableRawBufferPointer(rebasing: cursor[MemoryLayout<Value>.size...])
    }

    private static func encodeWithDetails(_ segment: Segment, atLeast size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * size)
        for record in segment.uncommitted where record.liveReferences > 0 {
            let references = segment.liveReferences(of: record)
            let hasDetails = references.contains { $0.details >= 0 }
            append(record.offset, to: &bytes)
            append(record.bodyLength, to: &bytes)
            append(record.liveReferences | (hasDetails ? detailsFlag : 0), to: &bytes)
            for reference in references {
                append(UInt32(truncatingIfNeeded: reference.queue.rawValue), to: &bytes)
                append(reference.ordinal, to: &bytes)
                guard hasDetails else { continue }
                let details =
                    reference.details < 0 ? ReferenceDetails() : segment.uncommittedDetails[Int(reference.details)]
                append(details.deadline, to: &bytes)
                append(details.dueAt, to: &bytes)
                append(details.failures, to: &bytes)
                append(details.returns, to: &bytes)
                let priority = details.priority.map(UInt32.init) ?? usualPriority
                append(details.repeats ? priority | repeatsFlag : priority, to: &bytes)
            }
        }
        return bytes
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// One reference of the index.
    struct Item {
        let offset: UInt32
        let bodyLength: UInt32
        let queue: QueueID
        let ordinal: UInt64
        let details: ReferenceDetails
    }

    /// Calls `body` with each reference in order. `false` if the index is not well formed.
    static func forEach(in index: [UInt8], _ body: (Item) -> Void) -> Bool {
        index.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                guard let record = IndexedRecord(in: bytes, at: position) else { return false }
                for place in record.places { body(record.item(in: bytes, at: place)) }
                position = record.end
            }
            return true
        }
    }

    /// The index with those references only that are wanted, and the offsets of the records that still have any. `nil` if
    /// the index is not well formed.
    static func filter(
        _ index: [UInt8],
        _ isWanted: (Item) throws -> Bool
    ) rethrows -> (index: [UInt8], offsets: [UInt32])? {
        var kept: [UInt8] = []
        var offsets: [UInt32] = []
        let isWellFormed = try index.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                guard let record = IndexedRecord(in: bytes, at: position) else { return false }
                position = record.end
                let wanted = try record.places.filter { try isWanted(record.item(in: bytes, at: $0)) }
                guard !wanted.isEmpty else { continue }
                offsets.append(record.offset)
                append(record.offset, to: &kept)
                append(record.bodyLength, to: &kept)
                append(UInt32(truncatingIfNeeded: wanted.count) | (record.hasDetails ? detailsFlag : 0), to: &kept)
                for place in wanted { kept.append(contentsOf: bytes[place..<(place + record.referenceSize)]) }
            }
            return true
        }
        return isWellFormed ? (kept, offsets) : nil
    }

    /// A record of the index, and where its references lie.
    private struct IndexedRecord {
        let offset: UInt32
        let bodyLength: UInt32
        let hasDetails: Bool
        let places: StrideTo<Int>
        let end: Int

        var referenceSize: Int { SegmentIndex.size(hasDetails: hasDetails) }

        /// `nil` if the index ends within the record.
        init?(in bytes: UnsafeRawBufferPointer, at position: Int) {
            guard bytes.count - position >= recordSize else { return nil }
            offset = integer(UInt32.self, in: bytes, at: position)
            bodyLength = integer(UInt32.self, in: bytes, at: position + 4)
            let number = integer(UInt32.self, in: bytes, at: position + 8)
            let first = position + recordSize
            hasDetails = number & detailsFlag != 0
            let count = Int(number & ~detailsFlag)
            let size = SegmentIndex.size(hasDetails: hasDetails)
            guard count <= (bytes.count - first) / size else { return nil }
            end = first + count * size
            places = stride(from: first, to: end, by: size)
        }

        func item(in bytes: UnsafeRawBufferPointer, at place: Int) -> Item {
            Item(
                offset: offset,
                bodyLength: bodyLength,
                queue: QueueID(rawValue: UInt64(integer(UInt32.self, in: bytes, at: place))),
                ordinal: integer(UInt64.self, in: bytes, at: place + 4),
                details: hasDetails ? details(in: bytes, at: place + SegmentIndex.referenceSize) : ReferenceDetails()
            )
        }
    }

    private static func size(hasDetails: Bool) -> Int {
        hasDetails ? referenceSize + detailsSize : referenceSize
    }

    private static func details(in bytes: UnsafeRawBufferPointer, at position: Int) -> ReferenceDetails {
        let priority = integer(UInt32.self, in: bytes, at: position + 24)
        return ReferenceDetails(
            deadline: integer(UInt64.self, in: bytes, at: position),
            dueAt: integer(UInt64.self, in: bytes, at: position + 8),
            failures: integer(UInt32.self, in: bytes, at: position + 16),
            returns: integer(UInt32.self, in: bytes, at: position + 20),
            priority: UInt8(exactly: priority & ~repeatsFlag),
            repeats: priority & repeatsFlag != 0
        )
    }

    fileprivate static func integer<Value: FixedWidthInteger>(
        _: Value.Type,
        in bytes: UnsafeRawBufferPointer,
        at offset: Int
    ) -> Value {
        Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

extension Segment {
    /// The durable queues in which a record that is not written yet still lies.
    fileprivate func liveReferences(
        of record: UncommittedRecord
    ) -> LazyFilterSequence<ArraySlice<UncommittedReference>> {
        let first = Int(record.firstReference)
        return uncommittedReferences[first..<(first + Int(record.referenceCount))].lazy.filter { !$0.isSettled }
    }
}
