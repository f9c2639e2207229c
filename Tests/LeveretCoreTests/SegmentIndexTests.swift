import LeveretModel
import LeveretSimulation
import Testing

@testable import LeveretCore

/// What the journal keeps of each message so that a start need not read it.
@Suite struct SegmentIndexTests {
    private typealias Item = SegmentIndex.Item

    private static let details = [
        ReferenceDetails(),
        ReferenceDetails(deadline: 1_700_000_000_000, failures: 2, returns: 3, priority: 0),
        ReferenceDetails(dueAt: 1, priority: 255, repeats: true),
    ]

    /// References of some records: the next of a queue, of several queues, with gaps and with details.
    private static let items: [Item] = [
        item(0, 16, queue: 1, 1), item(64, 16, queue: 1, 2), item(128, 0, queue: 1, 3),
        item(1 << 20, 1 << 19, queue: 1, 4), item(1 << 21, 5, queue: 1, 9), item(1 << 22, 5, queue: 2, 10),
        item(1 << 23, 7, queue: 1, 11), item(1 << 23, 7, queue: 2, 12), item(1 << 23, 7, queue: 70_000, .max),
        item(1 << 24, 7, queue: 70_000, 0), item(1 << 25, 7, queue: 3, 5, details[1]),
        item(1 << 26, 7, queue: 3, 6, details[2]), item(1 << 26, 7, queue: 4, 6),
        item(.max - 7, .max, queue: .max, 1 << 40), item(.max - 7, .max, queue: 1, 1),
    ]

    private static func item(
        _ offset: UInt32,
        _ bodyLength: UInt32,
        queue: UInt64,
        _ ordinal: UInt64,
        _ details: ReferenceDetails = ReferenceDetails()
    ) -> Item {
        Item(
            offset: offset,
            bodyLength: bodyLength,
            queue: QueueID(rawValue: queue),
            ordinal: ordinal,
            details: details
        )
    }

    private func encoded(_ items: [Item]) -> [UInt8] {
        var writer = SegmentIndexWriter(records: 0)
        var rest = items[...]
        while let first = rest.first {
            let record = rest.prefix { $0.offset == first.offset }
            writer.append(Array(record))
            rest = rest.dropFirst(record.count)
        }
        return writer.bytes
    }

    private func read(_ index: [UInt8]) -> [Item]? {
        var items: [Item] = []
        return SegmentIndex.forEach(in: index) { items.append($0) } ? items : nil
    }

    @Test func `what was written is read`() {
        #expect(read(encoded(Self.items)) == Self.items)
        #expect(encoded([]) == [] && read([]) == [])
    }

    @Test func `a message that follows another one takes four bytes`() throws {
        let core = try CoreHarness()
        core.commitsAtOnce = false
        try core.declare("d", .durable)
        for _ in 0..<100 { try core.publish(String(repeating: "x", count: 1024), key: "d", persistent: true) }
        let index = try #require(core.host.cutJournalBatch()?.segments.first?.index)
        #expect(index.count == 1 + 6 + 99 * 4)
        #expect(read(index)?.count == 100)
    }

    @Test func `only what is wanted is kept, and the places of its records`() throws {
        let wanted = Self.items.filter { $0.queue.rawValue != 1 }
        let kept = try #require(SegmentIndex.filter(encoded(Self.items)) { $0.queue.rawValue != 1 })
        #expect(read(kept.index) == wanted)
        let rest: [UInt32] = [1 << 22, 1 << 23, 1 << 24, 1 << 25, 1 << 26, .max - 7]
        #expect(kept.offsets == rest)
        let none = try #require(SegmentIndex.filter(encoded(Self.items)) { _ in false })
        #expect(none.index == [] && none.offsets == [])
    }

    @Test func `an index that was cut off is not taken for a whole one, and no byte is one too many`() {
        let index = encoded(Self.items)
        for length in index.indices.dropFirst() {
            let items = read(Array(index.prefix(length)))
            #expect(items.map { $0.count < Self.items.count } ?? true)
        }
        for position in index.indices {
            for bit in 0..<8 {
                var changed = index
                changed[position] ^= 1 << UInt8(bit)
                _ = read(changed)
            }
        }
    }

    @Test func `numbers and distances that are too large are not taken`() {
        let tooLong: [UInt8] = [1] + [UInt8](repeating: 0xFF, count: 10) + [0]
        #expect(read(tooLong) == nil)
        // A distance of 2^32 bytes; then one of 2^31 twice.
        #expect(read([1, 0x80, 0x80, 0x80, 0x80, 0x04, 0, 2, 1, 1]) == nil)
        let half: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x02, 0, 2, 1, 1]
        #expect(read([1] + half)?.map(\.offset) == [1 << 31])
        #expect(read([1] + half + half) == nil)
    }

    // MARK: Earlier formats

    /// As the formats 1 to 6 have it.
    private func fixed(_ items: [Item]) -> [UInt8] {
        var bytes: [UInt8] = []
        func append<Value: FixedWidthInteger>(_ value: Value) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        var rest = items[...]
        while let first = rest.first {
            let record = rest.prefix { $0.offset == first.offset }
            let hasDetails = record.contains { $0.details != ReferenceDetails() }
            append(first.offset)
            append(first.bodyLength)
            append(UInt32(record.count) | (hasDetails ? 1 << 31 : 0))
            for item in record {
                append(UInt32(truncatingIfNeeded: item.queue.rawValue))
                append(item.ordinal)
                if hasDetails { SegmentIndex.append(item.details, to: &bytes) }
            }
            rest = rest.dropFirst(record.count)
        }
        return bytes
    }

    @Test func `an index of an earlier format is read, and written anew in that of today`() throws {
        let items = Self.items.filter { $0.queue.rawValue <= UInt32.max }
        #expect(read(fixed(items)) == items)
        let literal: [UInt8] = [8, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
        #expect(read(literal) == [Self.item(8, 5, queue: 2, 3)])
        #expect(read(Array(literal.dropLast())) == nil)
        let kept = try #require(SegmentIndex.filter(fixed(items)) { $0.queue.rawValue != 1 })
        #expect(kept.index == encoded(items.filter { $0.queue.rawValue != 1 }))
    }

    @Test func `messages of an earlier format are delivered after a start`() throws {
        let core = try CoreHarness()
        core.commitsAtOnce = false
        for queue in ["a", "b"] {
            try core.declare(queue, .durable)
            try core.bind(queue, to: "amq.fanout")
        }
        for number in 1...20 {
            try core.publish("\(number)", to: "amq.fanout", key: "", persistent: true)
            try core.publish("only \(number)", key: "a", persistent: true, priority: 3)
        }
        var batch = try #require(core.host.cutJournalBatch())
        for place in batch.segments.indices {
            batch.segments[place].index = fixed(try #require(read(batch.segments[place].index)))
        }
        try core.journal.commit(batch)
        let again = try core.restarted()
        #expect(try again.drain("a") == (1...20).flatMap { ["\($0)", "only \($0)"] })
        #expect(try again.drain("b") == (1...20).map { "\($0)" })
    }
}
