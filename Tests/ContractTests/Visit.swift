import LeveretModel
import Synchronization

/// What a test has of a door: channels, and names that nobody else uses.
final class Visit: Sendable {
    typealias Open = @Sendable () async throws -> any MessageChannel
    typealias Owner = @Sendable (_ body: (any MessageChannel) async throws -> Void) async throws -> Void

    private struct Made {
        var queues: [QueueName] = []
        var exchanges: [ExchangeName] = []
    }

    private let openChannel: Open
    private let openChannelElsewhere: Open
    private let visitElsewhere: Owner
    private let made = Mutex(Made())

    private init(open: @escaping Open, openElsewhere: @escaping Open, withOwner: @escaping Owner) {
        openChannel = open
        openChannelElsewhere = openElsewhere
        visitElsewhere = withOwner
    }

    static func run(
        open: @escaping Open,
        openElsewhere: @escaping Open,
        withOwner: @escaping Owner,
        _ body: (Visit) async throws -> Void
    ) async throws {
        let visit = Visit(open: open, openElsewhere: openElsewhere, withOwner: withOwner)
        do {
            try await body(visit)
        } catch {
            try? await visit.cleanUp()
            throw error
        }
        try await visit.cleanUp()
    }

    /// A new channel.
    func channel() async throws -> any MessageChannel { try await openChannel() }

    /// A new channel that belongs to another owner.
    func channelOfAnotherOwner() async throws -> any MessageChannel { try await openChannelElsewhere() }

    /// Hands a channel of another owner to `body`. The owner is gone afterwards.
    func withOwner(_ body: (any MessageChannel) async throws -> Void) async throws { try await visitElsewhere(body) }

    /// A name for a queue, which is deleted in the end.
    func queueName() -> QueueName {
        let name = QueueName(Self.unique("queue"))
        made.withLock { $0.queues.append(name) }
        return name
    }

    /// A name for an exchange, which is deleted in the end.
    func exchangeName() -> ExchangeName {
        let name = ExchangeName(Self.unique("exchange"))
        made.withLock { $0.exchanges.append(name) }
        return name
    }

    /// A queue that nobody else uses.
    func queue(_ channel: any MessageChannel, _ options: QueueOptions = .transient) async throws -> QueueName {
        try await channel.declareQueue(queueName(), options).name
    }

    /// An exchange that nobody else uses.
    func exchange(
        _ channel: any MessageChannel,
        _ type: ExchangeType,
        _ options: ExchangeOptions = .transient
    ) async throws -> ExchangeName {
        let name = exchangeName()
        try await channel.declareExchange(name, type, options)
        return name
    }

    private static func unique(_ kind: String) -> String {
        "contract-\(kind)-\(String(UInt64.random(in: .min ... .max), radix: 16))"
    }

    private func cleanUp() async throws {
        let made = made.withLock { $0 }
        let channel = try await channel()
        for queue in made.queues { try await channel.deleteQueue(queue) }
        for exchange in made.exchanges { try await channel.deleteExchange(exchange) }
        try await channel.close()
    }
}
