import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

/// Segments of which little lives are written anew, so that a few messages that nobody takes do not hold the space of all
/// that lay around them.
@Suite struct SparseSegmentTests {
    private let messages = 400
    private let core: CoreHarness

    init() throws {
        var limits = CoreLimits()
        limits.segmentCapacity = 1024
        limits.residentBytes = 2048
        limits.entriesInMemory = 8
        limits.sparseBytes = 4096
        core = try CoreHarness(limits)
        try core.declare("d", .durable)
        try fill { try core.publish(name($0), key: "d", persistent: true) }
    }

    /// Publishes so many messages between two batches that they fill segments.
    private func fill(_ publish: (Int) throws -> Void) throws {
        core.commitsAtOnce = false
        for number in 1...messages {
            try publish(number)
            if number.isMultiple(of: 50) { try core.commit() }
        }
        core.commitsAtOnce = true
    }

    private func name(_ number: Int) -> String { "\(number) " + String(repeating: "x", count: 40) }

    private var stored: Int { core.journal.image.segments.reduce(0) { $0 + $1.content.count } }

    /// Takes everything and acknowledges it, but for each message whose number can be divided.
    private func settle(butEach divisor: Int) throws {
        try core.consume("d", prefetch: 0)
        for tag in 1...UInt64(messages) where !tag.isMultiple(of: UInt64(divisor)) { try core.ack(tag) }
    }

    private func left(_ divisor: Int) -> [String] {
        (1...messages).filter { $0.isMultiple(of: divisor) }.map(name)
    }

    @Test func `what nobody takes does not hold the space of what lay around it`() throws {
        let before = stored
        try settle(butEach: 10)
        #expect(core.journal.image.compactedSegments > 10)
        #expect(stored < before / 4)
        #expect(try core.restarted().drain("d") == left(10))
    }

    @Test func `a queue that is emptied in order costs no such work`() throws {
        try settle(butEach: messages)
        #expect(core.journal.image.compactedSegments == 0)
    }

    @Test func `segments of which more than a quarter lives stay as they are`() throws {
        try settle(butEach: 3)
        #expect(core.journal.image.compactedSegments == 0)
        #expect(try core.restarted().drain("d") == left(3))
    }

    @Test func `what was written anew is sparse again when little of that is left`() throws {
        try settle(butEach: 5)
        let once = core.journal.image.compactedSegments
        for tag in 1...UInt64(messages) where tag.isMultiple(of: 5) && !tag.isMultiple(of: 50) { try core.ack(tag) }
        #expect(core.journal.image.compactedSegments > once)
        #expect(try core.restarted().drain("d") == left(50))
    }

    @Test func `what comes back to its queue after that keeps its place and its marks`() throws {
        try settle(butEach: 10)
        let again = try core.nack(0, multiple: true).deliveries
        #expect(again.map(\.message.text) == left(10))
        #expect(Set(again.map(\.redelivered)) == [true])
        #expect(try core.restarted().consume("d", prefetch: 0).texts == left(10))
    }

    @Test func `segments that were sparse before a start are found again`() throws {
        try core.consume("d", prefetch: 0)
        core.commitsAtOnce = false
        for tag in 1...UInt64(messages) where !tag.isMultiple(of: 10) { try core.ack(tag) }
        try core.commit()
        try #require(core.journal.image.compactedSegments <= 4)
        let again = try core.restarted()
        #expect(try again.drain("d") == left(10))
        #expect(core.journal.image.compactedSegments > 10)
    }

    @Test func `a message of a deleted queue holds nothing either`() throws {
        try core.declare("e", .durable)
        try core.declareExchange("both", "fanout", .durable)
        try core.bind("e", to: "both")
        try core.bind("d", to: "both")
        try core.perform(.purgeQueue(name: "d", noWait: false))
        try fill { try core.publish(name($0), to: "both", key: "", persistent: true) }
        try settle(butEach: 10)
        let both = stored
        try core.deleteQueue("e")
        #expect(stored < both / 4)
        #expect(try core.restarted().drain("d") == left(10))
    }
}
