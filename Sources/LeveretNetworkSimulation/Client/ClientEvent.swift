/// What the server can do once it has been given the last byte of a frame.
enum ClientEvent {
    enum Settlement {
        case discard
        case requeue
    }

    case publish(ClientChannel, SimulatedMessage)
    case settle(ClientChannel, tags: [UInt64], Settlement)
    case recover(ClientChannel)
    case closeChannel(ClientChannel)
    /// For this the server closes the channel.
    case mistake(ClientChannel)
    case closeConnection
    /// For this the server closes the connection.
    case damage
}

extension ClientEvent: CustomStringConvertible {
    var description: String {
        switch self {
        case .publish(_, let message): "message \(message.number)"
        case .settle(_, let tags, let settlement): "\(settlement) \(tags)"
        case .recover, .closeChannel, .closeConnection: ""
        case .mistake: "by mistake"
        case .damage: "damaged"
        }
    }
}

/// A frame on its way to the server, or several that belong together.
struct ClientFrame {
    var bytes: [UInt8]
    var event: ClientEvent?
}
