import LeveretCore
import LeveretModel
import LeveretSimulation

extension [Observation] {
    /// What a client sees, a line an effect, so that a test can say it as a story.
    var script: [String] { compactMap(\.line) }

    /// Bodies of what was delivered or got.
    var texts: [String] { deliveries.map(\.message.text) }

    var tags: [UInt64] { deliveries.map(\.tag) }

    var redelivered: [Bool] { deliveries.map(\.redelivered) }

    var deliveries: [ObservedDelivery] {
        compactMap {
            switch $0 {
            case .deliver(_, let delivery), .getOk(_, let delivery, _): delivery
            default: nil
            }
        }
    }

    /// The numbers of the channels that deliveries went to.
    var receivers: [UInt16] {
        compactMap { if case .deliver(let channel, _) = $0 { channel.number } else { nil } }
    }

    var replies: [Reply] { compactMap { if case .reply(_, let reply) = $0 { reply } else { nil } } }

    var channelError: AMQPError? {
        compactMap { if case .channelException(_, let error) = $0 { error } else { nil } }.first
    }

    var connectionError: AMQPError? {
        compactMap { if case .connectionException(_, let error) = $0 { error } else { nil } }.first
    }

    /// When the core wants to be called.
    var wakes: [BrokerTime] {
        compactMap { if case .wake(let time) = $0 { time } else { nil } }
    }

    /// Confirms and refusals, in order.
    var answers: [String] { script.filter { $0.hasPrefix("confirm") || $0.hasPrefix("refuse") } }

    /// The name in the first declare-ok.
    var declaredName: String? {
        replies.compactMap { if case .queueDeclared(let name, _, _) = $0 { name } else { nil } }.first
    }
}

extension Observation {
    fileprivate var line: String? {
        switch self {
        case .sessionOpened: "session opened"
        case .sessionClosed: "session closed"
        case .secretUpdated: "secret updated"
        case .connectionException(_, let error): "connection exception \(error.code.rawValue)"
        case .channelOpened: "channel opened"
        case .channelClosed: "channel closed"
        case .channelException(_, let error): "channel exception \(error.code.rawValue)"
        case .reply(_, .consumeStarted(_, let tag, _)): "consume-ok \(tag)"
        case .reply(_, let reply): "\(reply)"
        case .deliver(_, let delivery): "deliver \(delivery.line)"
        case .getOk(_, let delivery, let count): "get-ok \(delivery.line), \(count) left"
        case .returned(_, let code, let message): "return \(code.rawValue) \(message.text)"
        case .confirm(_, let sequence, let multiple): "confirm \(sequence)\(multiple ? " multiple" : "")"
        case .refuse(_, let sequence, let multiple): "refuse \(sequence)\(multiple ? " multiple" : "")"
        case .consumerCancelled(_, _, let tag): "cancel \(tag)"
        case .block: "block"
        case .unblock: "unblock"
        case .loadSegment, .wake: nil
        }
    }
}

extension ObservedDelivery {
    fileprivate var line: String { "\(message.text) as \(tag)\(redelivered ? " again" : "")" }
}
