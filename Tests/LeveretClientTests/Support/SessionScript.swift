import LeveretModel
import LeveretWire
import NIOCore
import Testing

@testable import LeveretClient

/// A session, and what goes in and out of it.
struct SessionScript {
    var session: ClientSession
    let opened = PendingResult<Void>()

    init(_ configuration: ConnectionConfiguration = ConnectionConfiguration()) {
        session = ClientSession(configuration, opened: opened)
        session.start()
    }

    /// A session whose handshake is done.
    static func open(_ configuration: ConnectionConfiguration = ConnectionConfiguration()) throws -> SessionScript {
        var script = SessionScript(configuration)
        for method in [BrokerBytes.start, BrokerBytes.tune(), BrokerBytes.openOk] { try script.receive(method) }
        _ = try script.sent()
        script.session.actions = []
        return script
    }

    /// A session with an open channel.
    static func openChannel(
        _ configuration: ConnectionConfiguration = ConnectionConfiguration()
    ) throws -> (SessionScript, ClientChannelState) {
        var script = try SessionScript.open(configuration)
        let channel = try script.session.openChannel(PendingResult())
        channel.settlement = NoSettlement()
        try script.receive(BrokerBytes.channelOpenOk, channel: channel.number)
        _ = try script.sent()
        script.session.actions = []
        return (script, channel)
    }

    mutating func receive(_ method: Method, channel: UInt16 = 0) throws {
        try receive(BrokerBytes.method(method, channel: channel))
    }

    mutating func receive(_ buffer: ByteBuffer) throws {
        #expect(session.receive(buffer) == buffer.readableBytes)
    }

    /// What was sent since the last time.
    mutating func sent() throws -> [SentFrame] { try SentFrame.read(session.takeOutput()) }

    /// What is to be done since the last time.
    mutating func actions() -> [ClientAction] {
        defer { session.actions = [] }
        return session.actions
    }

    mutating func publish(
        _ body: String,
        routingKey: String = "q",
        mandatory: Bool = false,
        on channel: ClientChannelState
    ) throws -> PublishOutcome {
        let confirmation = PublishConfirmation()
        let turn = try body.withUnsafeBodyBytes {
            try session.publish(
                $0,
                exchange: .default,
                routingKey: routingKey,
                properties: .persistent,
                mandatory: mandatory,
                confirmation: confirmation,
                on: channel
            )
        }
        return turn.map { .wait($0) } ?? .published(confirmation)
    }
}

extension SessionScript {
    /// Publishes messages none of which has to wait.
    mutating func publish(
        _ publishings: [(body: String, key: String, isMandatory: Bool)],
        on channel: ClientChannelState
    ) throws -> [PublishConfirmation] {
        var confirmations: [PublishConfirmation] = []
        for publishing in publishings {
            let outcome = try publish(
                publishing.body,
                routingKey: publishing.key,
                mandatory: publishing.isMandatory,
                on: channel
            )
            confirmations.append(try #require(outcome.confirmation))
        }
        return confirmations
    }
}

/// Deliveries of a session alone are answered by nobody.
final class NoSettlement: DeliverySettlement {
    func acknowledge(_ deliveryTag: UInt64, multiple: Bool) async throws {}
    func nack(_ deliveryTag: UInt64, multiple: Bool, requeue: Bool) async throws {}
    func reject(_ deliveryTag: UInt64, requeue: Bool) async throws {}
}

extension ClientAction {
    /// The result if this is the answer to `pending`.
    func answer(to pending: PendingResult<Answer>) -> Result<Answer, any Error>? {
        if case .answer(let settled, let result) = self, settled === pending { result } else { nil }
    }

    /// The result if this is the confirm of `confirmation`.
    func confirm(of confirmation: PublishConfirmation) -> Result<Void, any Error>? {
        if case .confirm(let answer) = self, answer.confirmation === confirmation { answer.result } else { nil }
    }

    /// Whether this lets a publisher go on.
    func proceeds(_ turn: PendingResult<Void>) -> Bool {
        if case .proceed(let settled, .success) = self { settled === turn } else { false }
    }

    var failure: (any Error)? {
        switch self {
        case .answer(_, .failure(let error)), .proceed(_, .failure(let error)): error
        case .confirm(let answer): if case .failure(let error) = answer.result { error } else { nil }
        case .end(_, let error): error
        default: nil
        }
    }
}

/// What came of an attempt to publish.
enum PublishOutcome {
    case published(PublishConfirmation)
    /// Not now: to be tried again after this.
    case wait(PendingResult<Void>)

    var confirmation: PublishConfirmation? { if case .published(let confirmation) = self { confirmation } else { nil } }
    var turn: PendingResult<Void>? { if case .wait(let turn) = self { turn } else { nil } }
}
