public import LeveretModel
import LeveretWire

/// A channel of a connection to a broker over TCP.
///
/// It may be used from several tasks at once. Methods that the broker answers throw `CancellationError` when their
/// task is cancelled; what was asked for may then have happened.
public final class ClientChannel: MessageChannel {
    let session: SharedSession
    let state: ClientChannelState

    private init(session: SharedSession, state: ClientChannelState) {
        self.session = session
        self.state = state
    }

    static func open(_ session: SharedSession) async throws -> ClientChannel {
        let answer = PendingResult<Answer>()
        let channel = try session.perform { (current) throws(ConnectionError) -> ClientChannel in
            let channel = ClientChannel(session: session, state: try current.openChannel(answer))
            channel.state.settlement = channel
            return channel
        }
        do {
            _ = try await answer.value()
        } catch {
            await channel.end()
            throw session.perform { $0.endError } ?? error
        }
        return channel
    }

    /// Calls a method and waits for its answer.
    func call(_ method: Method, answeredBy expected: MethodID) async throws -> Method {
        let answer = PendingResult<Answer>()
        try session.perform { session in
            try session.call(method, on: state, answeredBy: expected, answer)
        }
        guard case .method(let method) = try await answer.value() else { throw ClientChannel.unexpectedAnswer }
        return method
    }

    /// Closes the channel: its consumers end, what is unacknowledged goes back into the queues.
    public func close() async throws {
        let answer = PendingResult<Answer>()
        try session.perform { session in try session.close(state, answer) }
        _ = try await answer.value()
    }

    /// Closes the channel if it is open.
    func end() async {
        // That it is closed already, by the broker or the program, is no error here.
        try? await close()
    }

    static let unexpectedAnswer = ChannelClosedError(reason: "the broker gave an answer to something else")
}
