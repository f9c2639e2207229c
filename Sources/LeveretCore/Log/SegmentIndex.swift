/// The index of a stored segment: for each record where it lies, how large its body is and which queues hold it.
/// Recovery reads indexes only, never contents.
///
/// The byte 1, then for each record, as variable-length numbers (seven bits a byte, the lowest first, the highest bit set if
/// another byte follows):
///
///     twice how far behind the record before it lies, in units of 8 bytes; plus 1 if it is the next message of the queue
///     that the reference before is of, and of no other one, without details
///     the length of the body
///     unless it is such a next message: twice the number of references, plus 1 if they have details; for each reference
///         the queue, the ordinal, and the details, little-endian: u64 deadline (all bits set is none), u64 due time (0 is
///         none), u32 failures, u32 returns, u32 priority (256 is the queue's usual), with bit 16 set if the message is
///         repeated
///
/// A message thus mostly takes four bytes. Indexes that earlier versions wrote begin with another byte (`FixedSegmentIndex`).
enum SegmentIndex {
    static let firstByte: UInt8 = 1
    static let unit: UInt32 = 8
    static let detailsSize = 28
    private static let usualPriority: UInt32 = 256
    private static let repeatsFlag: UInt32 = 1 << 16

    /// One reference of the index.
    struct Item: Hashable {
        let offset: UInt32
        let bodyLength: UInt32
        let queue: QueueID
        let ordinal: UInt64
        let details: ReferenceDetails
    }

    /// Encodes the live records of a segment that is being cut.
    static func encode(_ segment: Segment) -> [UInt8] {
        var writer = SegmentIndexWriter(records: segment.uncommitted.count)
        for record in segment.uncommitted where record.liveReferences > 0 {
            let references = segment.liveReferences(of: record)
            if record.liveReferences == 1, let only = references.first, only.details < 0 {
                writer.append(record.offset, record.bodyLength, only.queue, only.ordinal)
                continue
            }
            let hasDetails = references.contains { $0.details >= 0 }
            writer.begin(record.offset, record.bodyLength, Int(record.liveReferences), hasDetails: hasDetails)
            for reference in references {
                let details = reference.details < 0 ? nil : segment.uncommittedDetails[Int(reference.details)]
                writer.append(reference.queue, reference.ordinal, hasDetails ? details ?? ReferenceDetails() : nil)
            }
        }
        return writer.bytes
    }

    /// Calls `body` with each reference in order. `false` if the index is not well formed.
    static func forEach(in index: [UInt8], _ body: (Item) throws -> Void) rethrows -> Bool {
        guard let first = index.first else { return true }
        return try index.withUnsafeBytes { bytes in
            guard first == firstByte else { return try FixedSegmentIndex.forEach(in: bytes, body) }
            var reader = SegmentIndexReader(bytes)
            while !reader.isAtEnd {
                guard try reader.readRecord(body) else { return false }
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
        var offsets: [UInt32] = []
        var kept = SegmentIndexWriter(records: 0)
        // The references of a record follow one another.
        var record: [Item] = []
        let isWellFormed = try forEach(in: index) { item in
            guard try isWanted(item) else { return }
            if offsets.last != item.offset {
                kept.append(record)
                record = []
                offsets.append(item.offset)
            }
            record.append(item)
        }
        kept.append(record)
        return isWellFormed ? (kept.bytes, offsets) : nil
    }

    // MARK: Details

    static func append(_ details: ReferenceDetails, to bytes: inout [UInt8]) {
        append(details.deadline, to: &bytes)
        append(details.dueAt, to: &bytes)
        append(details.failures, to: &bytes)
        append(details.returns, to: &bytes)
        let priority = details.priority.map(UInt32.init) ?? usualPriority
        append(details.repeats ? priority | repeatsFlag : priority, to: &bytes)
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// The details that lie there; `detailsSize` bytes must.
    static func details(in bytes: UnsafeRawBufferPointer, at position: Int) -> ReferenceDetails {
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

    static func integer<Value: FixedWidthInteger>(
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
