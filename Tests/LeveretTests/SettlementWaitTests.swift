import Foundation
import Leveret
import LeveretCore
import LeveretModel
import Testing

/// The journal lets messages wait for acknowledgements that are about to come.
@Suite struct SettlementWaitTests {
    private let journal = StillJournal()
    private let driver: CoreDriver

    init() throws {
        driver = CoreDriver(
            journal: journal,
            timer: StillTimer(),
            recovered: RecoveredState(),
            limits: CoreLimits(),
            seed: 1,
            clock: BrokerClock { BrokerTime(milliseconds: 0) },
            metrics: BrokerMetrics(),
            onFailure: { _ in }
        )
        driver.start()
        _ = try driver.define { _ in .putVirtualHost(VirtualHostDefinition(name: "/")) }
        journal.commit(driver)
    }

    /// Calls `body` with a queue whose messages are acknowledged while they are being written, until the journal waits.
    private func withQuickQueue(_ body: (InProcessChannel) async throws -> Void) async throws {
        let channel = try await InProcessChannel.open(on: driver, virtualHost: "/")
        async let declared = channel.declareQueue("quick", .durable)
        while !journal.hasBatch { await Task.yield() }
        journal.commit(driver)
        _ = try await declared
        try await channel.consume("quick", ConsumeOptions()) { deliveries in
            let iterator = deliveries.makeAsyncIterator()
            for round in 0..<100 {
                try await publish(on: channel)
                if journal.isAwaiting { break }
                // The first delivery waits for the mark that is to say so after a crash.
                if round == 0 { journal.commit(driver) }
                let delivery = try #require(try await iterator.next())
                try await channel.acknowledge(delivery.deliveryTag, multiple: false)
                while journal.hasBatch { journal.commit(driver) }
            }
            try #require(journal.isAwaiting && !journal.hasBatch)
            try await body(channel)
        }
    }

    private func publish(on channel: InProcessChannel) async throws {
        _ = try await channel.publishPipelined(
            Data("message".utf8),
            exchange: .default,
            routingKey: "quick",
            properties: .persistent,
            mandatory: false
        )
    }

    @Test func `what waits in vain is written after a while`() async throws {
        try await withQuickQueue { channel in
            try await publish(on: channel)
            #expect(journal.awaited == 1)
            for _ in 0..<3 where !journal.hasBatch { driver.settlementsAwaited() }
            #expect(journal.hasBatch)
        }
    }

    @Test func `what clients wait for is written at once, and what waited with it`() async throws {
        try await withQuickQueue { channel in
            async let declared = channel.declareQueue("other", .durable)
            while !journal.hasBatch { await Task.yield() }
            #expect(journal.segmentsInBatch == 1)
            journal.commit(driver)
            _ = try await declared
        }
    }

    @Test func `what waits when the broker is shut down is written`() async throws {
        try await withQuickQueue { _ in
            driver.shutDown()
            #expect(journal.hasBatch && journal.segmentsInBatch == 1)
        }
    }

    @Test func `what waits in vain is confirmed all the same`() async throws {
        try await publishInVain { _, publish in try await publish() }
    }

    @Test func `what waits in vain is confirmed before a backup has ended`() async throws {
        let store = HeldStore()
        try await publishInVain(on: store) { driver, publish in
            let ended = AsyncStream<(any Error)?>.makeStream()
            #expect(driver.copyJournal(to: "elsewhere") { ended.continuation.yield($0) })
            try await publish()
            store.endCopies()
            var errors = ended.stream.makeAsyncIterator()
            #expect(try #require(await errors.next()) == nil)
        }
    }

    /// Teaches the broker that a queue's messages are acknowledged while the journal is busy with others; `body` then
    /// publishes one that is not.
    private func publishInVain(
        on store: HeldStore = HeldStore(),
        _ body: (CoreDriver, _ publish: () async throws -> Void) async throws -> Void
    ) async throws {
        let driver = try CoreDriver.started(on: store)
        let channel = try await InProcessChannel.open(on: driver, virtualHost: "/")
        _ = try await channel.declareQueue("quick", .durable)
        try await channel.consume("quick", ConsumeOptions()) { deliveries in
            let iterator = deliveries.makeAsyncIterator()
            for number in 0..<39 {
                if number > 0 { store.hold() }
                async let published: Void = channel.publishOne()
                let delivery = try #require(try await iterator.next())
                try await channel.acknowledge(delivery.deliveryTag, multiple: false)
                store.release()
                try await published
            }
            try await body(driver) {
                try await channel.publishOne()
                _ = try #require(try await iterator.next())
            }
        }
        try await channel.close()
        driver.shutDown()
    }
}

extension InProcessChannel {
    fileprivate func publishOne() async throws {
        try await publish(
            Data("message".utf8),
            exchange: .default,
            routingKey: "quick",
            properties: .persistent,
            mandatory: false
        )
    }
}

/// A journal that does what a test says, and nothing by itself.
private final class StillJournal: JournalWriting, @unchecked Sendable {
    // Unchecked: touched only with the lock held.
    private let lock = NSLock()
    private var batch: JournalBatch?
    private var awaitedCount = 0
    private var isAwaitingNow = false

    var isIdle: Bool { lock.withLock { batch == nil } }
    var hasBatch: Bool { !isIdle }
    var segmentsInBatch: Int { lock.withLock { batch?.segments.count ?? 0 } }
    var isAwaiting: Bool { lock.withLock { isAwaitingNow } }
    /// How often the journal has been asked to let messages wait since its last batch.
    var awaited: Int { lock.withLock { awaitedCount } }

    func submit(_ batch: JournalBatch) {
        lock.withLock {
            self.batch = batch
            (isAwaitingNow, awaitedCount) = (false, 0)
        }
    }

    func awaitSettlements() {
        lock.withLock {
            isAwaitingNow = true
            awaitedCount += 1
        }
    }

    func commit(_ driver: CoreDriver) {
        let batch = lock.withLock {
            defer { self.batch = nil }
            return self.batch
        }
        guard let batch else { return }
        driver.perform { $0.apply(.journalCommitted(batch.position)) }
    }

    func requestLoad(_ segment: SegmentID) {}
    func requestCopy(to path: String, completion: @escaping @Sendable ((any Error)?) -> Void) {}
    func start(for driver: CoreDriver) {}
    func drainAndStop() {}
}

private final class StillTimer: WakeTiming, Sendable {
    func schedule(_ time: BrokerTime) {}
    func start(for driver: CoreDriver) {}
    func stop() {}
}
