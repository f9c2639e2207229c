import LeveretModel

/// Where published messages go.
enum PublishDestination: Hashable {
    case queue(String)
    case exchange(String, routingKey: String, isMandatory: Bool)

    var exchange: ExchangeName {
        switch self {
        case .queue: .default
        case .exchange(let name, _, _): ExchangeName(name)
        }
    }

    var routingKey: String {
        switch self {
        case .queue(let name): name
        case .exchange(_, let key, _): key
        }
    }

    /// Whether a message that reaches no queue is an error.
    var isMandatory: Bool {
        switch self {
        case .queue: true
        case .exchange(_, _, let isMandatory): isMandatory
        }
    }

    /// What to tell if the broker gave a message back.
    func failure(for error: PublishError) -> CommandFailure {
        guard case .unroutable = error else { return CommandFailure(.refused, "\(error)") }
        switch self {
        case .queue(let name):
            return CommandFailure(
                .refused,
                "there is no queue \"\(name)\": add --declare, or run `leveret declare queue \(name)` first"
            )
        case .exchange(let name, let key, _):
            return CommandFailure(
                .refused,
                "the exchange \"\(name)\" routes \"\(key)\" to no queue: bind one, or leave --mandatory away"
            )
        }
    }
}
