import LeveretModel
import LeveretWire

/// The way from the first byte to an open connection.
///
///     header -> start -> start-ok -> (login) -> tune -> tune-ok -> open
///
/// It is told what the client sent and says what is to be done; it knows no socket and no clock.
struct HandshakeStateMachine {
    /// What to do about the first bytes.
    enum HeaderAction: Equatable {
        case send(Method)
        /// Send the header of the protocol that is spoken here, and close.
        case refuse(ProtocolHeader)
    }

    /// What to do about a method.
    enum MethodAction: Equatable {
        /// Ask whether the login is right, and report with `authenticated`.
        case authenticate(Login)
        /// The limits are settled.
        case tuned(FrameLimits)
        /// Open the session in this virtual host; the handshake is over.
        case open(virtualHost: String)
        /// The client leaves.
        case leave
        case fail(AMQPError)
    }

    /// What to do about the answer to a login.
    enum LoginAction: Equatable {
        case send(Method)
        /// Close with this error, as the client understands it.
        case fail(AMQPError)
        /// Drop the connection after a pause: the client would take connection.close for nonsense.
        case drop(AMQPError)
    }

    private enum State: Equatable {
        case expectingHeader
        case expectingStartOk
        case authenticating(SASLMechanism, user: String)
        case expectingTuneOk
        case expectingOpen
        case finished
    }

    private var state = State.expectingHeader
    private let serverProperties: FieldTable
    private let proposal: FrameLimits
    private(set) var client = ClientProperties()
    private(set) var user = ""
    /// How the user logged in.
    private(set) var mechanism: SASLMechanism?
    /// How the client may log in. To be known before its first byte is taken.
    var offer = LoginOffer()

    init(serverProperties: FieldTable, proposal: FrameLimits) {
        self.serverProperties = serverProperties
        self.proposal = proposal
    }

    var expectsHeader: Bool { state == .expectingHeader }

    mutating func receive(_ header: ProtocolHeader) -> HeaderAction {
        guard header.isSupported else {
            state = .finished
            return .refuse(header)
        }
        state = .expectingStartOk
        let start = ConnectionStart(
            versionMajor: 0,
            versionMinor: 9,
            serverProperties: serverProperties,
            mechanisms: offer.description,
            locales: "en_US"
        )
        return .send(.connectionStart(start))
    }

    mutating func receive(_ method: Method) -> MethodAction {
        switch (state, method) {
        case (.expectingStartOk, .connectionStartOk(let startOk)): receive(startOk)
        case (.expectingTuneOk, .connectionTuneOk(let tuneOk)): receive(tuneOk)
        case (.expectingOpen, .connectionOpen(let open)): finish(.open(virtualHost: open.virtualHost))
        case (_, .connectionClose): finish(.leave)
        default: finish(.fail(.unexpectedMethod(method.id, state: stateName)))
        }
    }

    mutating func authenticated(_ isAccepted: Bool) -> LoginAction {
        guard case .authenticating(let mechanism, let user) = state else {
            return .fail(AMQPError(.internalError, "nobody logs in"))
        }
        guard isAccepted else {
            state = .finished
            let error = AMQPError.loginRefused(mechanism)
            return client.acceptsAuthenticationFailureClose ? .fail(error) : .drop(error)
        }
        self.user = user
        self.mechanism = mechanism
        state = .expectingTuneOk
        let tune = ConnectionTune(
            channelMax: proposal.channelMax,
            frameMax: proposal.frameMax,
            heartbeat: proposal.heartbeat
        )
        return .send(.connectionTune(tune))
    }
}

extension HandshakeStateMachine {
    private mutating func receive(_ startOk: ConnectionStartOk) -> MethodAction {
        client = ClientProperties(startOk.clientProperties)
        guard let mechanism = offer.mechanism(named: startOk.mechanism) else {
            return finish(.fail(.unknownMechanism(startOk.mechanism)))
        }
        do {
            let login = try mechanism.login(with: startOk.response, offer)
            state = .authenticating(mechanism, user: login.user)
            return .authenticate(login)
        } catch {
            return finish(.fail(error))
        }
    }

    private mutating func receive(_ tuneOk: ConnectionTuneOk) -> MethodAction {
        do {
            let limits = try proposal.settled(by: tuneOk)
            state = .expectingOpen
            return .tuned(limits)
        } catch {
            return finish(.fail(AMQPError(error)))
        }
    }

    private mutating func finish(_ action: MethodAction) -> MethodAction {
        state = .finished
        return action
    }

    private var stateName: String {
        switch state {
        case .expectingHeader, .expectingStartOk: "starting"
        case .authenticating: "securing"
        case .expectingTuneOk: "tuning"
        case .expectingOpen: "opening"
        case .finished: "closing"
        }
    }
}

extension AMQPError {
    fileprivate static func loginRefused(_ mechanism: SASLMechanism) -> AMQPError {
        AMQPError(
            code: .accessRefused,
            text: "ACCESS_REFUSED - Login was refused using authentication mechanism \(mechanism.rawValue). "
                + "For details see the broker logfile.",
            scope: .connection
        )
    }
}
