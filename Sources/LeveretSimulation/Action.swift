package import LeveretCore

/// What a client, or an operator, does in one step of a simulation.
package enum Action: Sendable, Hashable {
    case openSession(SessionID, SessionOptions)
    case closeSession(SessionID)
    case forceClose(SessionID)
    case openChannel(ChannelID)
    case closeChannel(ChannelID)
    case method(ChannelID, ChannelMethod)
    case publish(ChannelID, [NumberedPublishing])
    case acknowledge(ChannelID, [Acknowledgement])
    case drain(SessionID, bytes: Int)
    /// The machine runs short of something, or no longer.
    case resourceAlarm(Resource, isRaised: Bool)
    /// Nothing is done, but time passes and the journal goes on.
    case pause
}

/// A publishing with the number that its body begins with.
package struct NumberedPublishing: Sendable, Hashable {
    package var serial: Int
    package var publishing: Publishing

    package init(serial: Int, publishing: Publishing) {
        self.serial = serial
        self.publishing = publishing
    }
}

extension CoreHost {
    func perform(_ action: Action) -> [Observation] {
        switch action {
        case .openSession(let session, let options): apply(.openSession(session, options))
        case .closeSession(let session): apply(.closeSession(session))
        case .forceClose(let session): apply(.forceClose(session, reason: "the operator says so"))
        case .openChannel(let channel): apply(.openChannel(channel))
        case .closeChannel(let channel): apply(.closeChannel(channel))
        case .method(let channel, let method): apply(.method(channel, method))
        case .publish(let channel, let publishings): publish(channel, publishings.map(\.publishing))
        case .acknowledge(let channel, let acknowledgements): acknowledge(channel, acknowledgements)
        case .drain(let session, let bytes): apply(.sessionDrained(session, bytes: bytes))
        case .resourceAlarm(let resource, let isRaised): apply(.resourceAlarm(resource, isRaised: isRaised))
        case .pause: apply(.tick)
        }
    }
}

extension ModelBroker {
    func perform(_ action: Action) {
        switch action {
        case .openSession(let session, let options): openSession(session, options)
        case .closeSession(let session): closeSession(session)
        case .forceClose(let session): forceClose(session)
        case .openChannel(let channel): openChannel(channel)
        case .closeChannel(let channel): closeChannel(channel)
        case .method(let channel, let method): apply(method, on: channel)
        case .publish(let channel, let publishings): publish(publishings, on: channel)
        case .acknowledge(let channel, let acknowledgements): acknowledge(acknowledgements, on: channel)
        case .drain(let session, let bytes): drain(session, bytes: bytes)
        case .resourceAlarm(let resource, let isRaised): setAlarm(resource, isRaised: isRaised)
        case .pause: break
        }
    }
}
