import LeveretModel

/// The errors that the server itself finds in what a client sends, in RabbitMQ's words.
extension AMQPError {
    static func unimplementedMethod(_ method: MethodID) -> AMQPError {
        AMQPError(.commandInvalid, "unimplemented method", method: method)
    }

    static func channelNotOpen(_ method: MethodID?) -> AMQPError {
        AMQPError(.channelError, "expected 'channel.open'", method: method)
    }

    static let secondChannelOpen = AMQPError(
        .channelError,
        "second 'channel.open' seen",
        method: MethodID.channelOpen
    )

    static func unexpectedMethod(_ method: MethodID, state: String) -> AMQPError {
        AMQPError(.channelError, "unexpected method in connection state \(state)", method: method)
    }

    static func unknownMechanism(_ name: String) -> AMQPError {
        AMQPError(.commandInvalid, "unknown authentication mechanism '\(name)'", method: .connectionStartOk)
    }

    static let immediateNotImplemented = AMQPError(.notImplemented, "immediate=true", method: .basicPublish)

    static func messageTooLarge(_ size: UInt64, limit: Int) -> AMQPError {
        AMQPError(
            .preconditionFailed,
            "message size \(size) is larger than configured max size \(limit)",
            method: .basicPublish
        )
    }

    /// An operator's or the server's own wish.
    static func forced(_ reason: String) -> AMQPError { AMQPError(.connectionForced, reason) }
}
