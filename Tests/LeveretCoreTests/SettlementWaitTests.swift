import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

/// What is settled soon is not written: a batch waits for acknowledgements that are about to come.
@Suite struct SettlementWaitTests {
    private let core: CoreHarness

    init() throws {
        var limits = CoreLimits()
        limits.unstoredBytes = 100_000
        limits.outboundWindow = 100 << 20
        core = try CoreHarness(limits)
        try core.declare("quick", .durable)
        try core.warmUp("quick")
        try core.selectConfirms()
        try core.consume("quick", tag: "consumer")
        core.commitsAtOnce = false
    }

    /// Publishes a message, and gives the tag of its delivery.
    private func publish() throws -> UInt64 {
        try #require(try core.publish("message", key: "quick", persistent: true).tags.first)
    }

    /// Messages pass quickly until one may wait, which is acknowledged then. Gives how many have been written before.
    @discardableResult
    private func passQuicklyUntilOneMayWait() throws -> Int {
        for rounds in 0..<100 {
            let tag = try publish()
            if core.host.mayJournalWait {
                try core.ack(tag)
                return rounds
            }
            try #require(core.cut())
            try core.ack(tag)
            try core.commit()
        }
        throw Violation("no message may wait")
    }

    /// A message that is acknowledged long after it has been written.
    private func passSlowly() throws {
        let tag = try publish()
        try core.commit()
        try core.ack(tag)
        try core.commit()
    }

    @Test func `a message waits for its acknowledgement if those before it had theirs in time`() throws {
        #expect((4...12).contains(try passQuicklyUntilOneMayWait()))
        try core.commit()
        #expect(!core.host.mayJournalWait)
        let tag = try publish()
        #expect(core.host.mayJournalWait)
        #expect(try core.ack(tag).script.count == 1)
        #expect(!core.cut())
    }

    @Test func `a message is written at once if those before it were acknowledged later`() throws {
        for _ in 0..<10 { try passSlowly() }
        _ = try publish()
        #expect(!core.host.mayJournalWait)
    }

    @Test func `a message waits for two looks and is written with the third`() throws {
        try passQuicklyUntilOneMayWait()
        try core.commit()
        _ = try publish()
        #expect(!core.host.lookForSettled())
        #expect(!core.host.lookForSettled())
        #expect(core.host.lookForSettled())
        #expect(try core.commit().script.count == 1)
    }

    @Test func `what has waited once ends the waiting, until all has gone well for a while`() throws {
        try passQuicklyUntilOneMayWait()
        for _ in 0..<6 { try passSlowly() }
        #expect((12...40).contains(try passQuicklyUntilOneMayWait()))
    }

    @Test func `a message is written at once if nobody consumes any more`() throws {
        try passQuicklyUntilOneMayWait()
        try core.perform(.cancel(consumerTag: "consumer", noWait: false))
        try core.publish("message", key: "quick", persistent: true)
        #expect(!core.host.mayJournalWait)
    }

    @Test func `a message for another queue, a declaration and a transaction do not wait`() throws {
        try passQuicklyUntilOneMayWait()
        try core.commit()
        try core.declare("slow", .durable)
        #expect(!core.host.mayJournalWait)
        try core.commit()

        _ = try publish()
        #expect(core.host.mayJournalWait)
        try core.publish("message", key: "slow", persistent: true)
        #expect(!core.host.mayJournalWait)
        try core.commit()

        let other = try core.open(channel: 2)
        try core.perform(.selectTransactions(noWait: false), on: other)
        try core.publish("message", key: "quick", persistent: true, on: other)
        try core.perform(.commit, on: other)
        #expect(!core.host.mayJournalWait)
    }

    @Test func `acknowledgements wait for one another, for sixteen looks`() throws {
        let tag = try publish()
        try core.commit()
        try core.ack(tag)
        #expect(core.host.mayJournalWait)
        for _ in 0..<15 { #expect(!core.host.lookForSettled()) }
        #expect(core.host.lookForSettled())
        #expect(core.cut())
    }

    @Test func `nothing piles up while all is settled in time`() throws {
        try passQuicklyUntilOneMayWait()
        try core.commit()
        let longBody = String(repeating: "x", count: 1_000)
        for number in 0..<2_000 {
            let tag = try #require(try core.publish(longBody, key: "quick", persistent: true).tags.first)
            try #require(!core.host.isJournalBehind)
            try core.ack(tag)
            if number.isMultiple(of: 10) { try #require(!core.host.lookForSettled()) }
        }
    }

    @Test func `nothing piles up either while all is settled at once`() throws {
        core.commitsAtOnce = true
        try core.declare("taken", .durable)
        try core.warmUp("taken")
        try core.consume("taken", noAcknowledge: true)
        for _ in 0..<300 {
            try core.publish(String(repeating: "x", count: 1_000), key: "taken", persistent: true)
            try #require(!core.host.isJournalBehind)
        }
    }
}
