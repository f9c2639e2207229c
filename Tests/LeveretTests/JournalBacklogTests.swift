import Foundation
import Leveret
import LeveretCore
import LeveretModel
import Testing

/// Publishers that are faster than the journal.
@Suite struct JournalBacklogTests {
    private let store = HeldStore()
    private let driver: CoreDriver

    init() throws {
        var limits = CoreLimits()
        limits.unstoredBytes = 400 << 10
        driver = try .started(on: store, limits: limits)
    }

    private func mustWait(_ session: SessionID, afterPublishing bytes: Int) -> Bool {
        var mustWait = false
        driver.perform { mustWait = $0.mustWaitForJournal(session, afterPublishing: { bytes }) }
        return mustWait
    }

    private func publish(_ channel: InProcessChannel) async throws -> PublishConfirmation {
        try await channel.publishPipelined(
            Data(count: 300 << 10),
            exchange: .default,
            routingKey: "slow",
            properties: .persistent,
            mandatory: false
        )
    }

    @Test func `who publishes much waits for the journal to catch up, who publishes little does not`() async throws {
        let channel = try await InProcessChannel.open(on: driver, virtualHost: "/")
        _ = try await channel.declareQueue("slow", .durable)
        let (eager, modest) = (WaitingSink(), WaitingSink())
        let (eagerSession, modestSession) = (driver.register(eager), driver.register(modest))
        #expect(!mustWait(eagerSession, afterPublishing: 300 << 10))

        store.hold()
        let published = [try await publish(channel), try await publish(channel)]
        try #require(mustWait(eagerSession, afterPublishing: 300 << 10))
        #expect(!mustWait(modestSession, afterPublishing: 1_000))
        // In process too: what comes next is published when the journal has caught up.
        async let late = publish(channel)

        store.release()
        await eager.waitUntilCaughtUp()
        for confirmation in published { try await confirmation.wait() }
        try await late.wait()
        #expect(!mustWait(eagerSession, afterPublishing: 300 << 10))
        try await channel.close()
        driver.shutDown()
    }
}

/// Hears that the journal has caught up.
private final class WaitingSink: SessionSink {
    private let told = AsyncStream<Void>.makeStream()

    func receive(_ effects: UnsafeBufferPointer<Effect>) {}
    func wake() {}
    func journalCaughtUp() { told.continuation.yield() }

    func waitUntilCaughtUp() async {
        for await _ in told.stream { return }
    }
}
