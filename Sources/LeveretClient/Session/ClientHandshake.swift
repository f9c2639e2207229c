import LeveretModel
import LeveretWire

/// The client's part of the way to an open connection: who we are, what both can bear, where we want to work.
struct ClientHandshake {
    /// What comes of a method of the broker.
    enum Outcome: Equatable {
        /// Send these methods and wait for the next one.
        case send([Method])
        /// The limits hold from now on, the methods are the first to be sent under them.
        case tuned(FrameLimits, [Method])
        case opened
        /// Answer with connection.close-ok; there will be no connection.
        case refused(ConnectionError)
    }

    private enum Phase {
        case expectingStart
        case expectingTune
        case expectingOpenOk
    }

    private var phase = Phase.expectingStart
    private let configuration: ConnectionConfiguration
    /// What the broker says of itself.
    private(set) var serverProperties = FieldTable()

    init(_ configuration: ConnectionConfiguration) { self.configuration = configuration }

    /// The limits that the client would like.
    var wantedLimits: FrameLimits {
        let seconds = min(max(configuration.heartbeat.components.seconds, 0), Int64(UInt16.max))
        return FrameLimits(
            frameMax: configuration.frameMax,
            channelMax: configuration.channelMax,
            heartbeat: UInt16(truncatingIfNeeded: seconds)
        )
    }

    mutating func receive(_ method: Method) throws(WireError) -> Outcome {
        switch (phase, method) {
        case (_, .connectionClose(let close)): return .refused(refusal(close))
        case (.expectingStart, .connectionStart(let start)): return answer(start)
        case (.expectingTune, .connectionTune(let tune)): return answer(tune)
        case (.expectingOpenOk, .connectionOpenOk): return .opened
        case (.expectingTune, .connectionSecure):
            return .refused(
                ConnectionError(
                    .loginRefused,
                    "\(place) asks for a login in several steps, which \(configuration.mechanism) does not have"
                )
            )
        default:
            throw WireError(.commandInvalid, "\(method.id.name) during the handshake", method: method.id)
        }
    }

    /// Why there will be no connection after the peer hung up.
    func explanation(ofEnd reason: String) -> ConnectionError {
        switch phase {
        case .expectingStart:
            ConnectionError(
                .protocolMismatch,
                "\(place) hung up before the AMQP handshake began (\(reason)); "
                    + (configuration.tls == nil ? "is it an AMQP 0-9-1 broker?" : "does it want another certificate?")
            )
        case .expectingTune:
            ConnectionError(
                .loginRefused,
                "\(place) hung up during the login of user \"\(configuration.user)\" (\(reason)); "
                    + "check the user and the password"
            )
        case .expectingOpenOk:
            ConnectionError(
                .virtualHostRefused,
                "\(place) hung up when virtual host \"\(configuration.virtualHost)\" was opened (\(reason)); "
                    + "check that it exists and that user \"\(configuration.user)\" may use it"
            )
        }
    }

    /// Why a peer that sent a protocol header cannot be used.
    func explanation(of header: ProtocolHeader) -> ConnectionError {
        let what =
            switch header {
            case .unsupported(let id, let major, let minor, let revision):
                "speaks another version of AMQP (\(id) \(major)-\(minor)-\(revision))"
            case .http: "speaks HTTP; is it the management port?"
            case .tls: "speaks TLS; use amqps://"
            case .version091, .version09, .unknown: "does not speak AMQP 0-9-1"
            }
        return ConnectionError(.protocolMismatch, "\(place) \(what)")
    }

    private var place: String { "the broker at \(configuration.address)" }
}

// MARK: - Answers

extension ClientHandshake {
    private mutating func answer(_ start: ConnectionStart) -> Outcome {
        let mechanism = configuration.mechanism
        guard start.mechanisms.split(separator: " ").contains(Substring(mechanism.name)) else {
            return .refused(
                ConnectionError(
                    .loginRefused,
                    "\(place) offers the logins \"\(start.mechanisms)\" and not \(mechanism)" + advice(for: mechanism)
                )
            )
        }
        serverProperties = start.serverProperties
        phase = .expectingTune
        return .send([
            .connectionStartOk(
                ConnectionStartOk(
                    clientProperties: ClientProperties.table(configuration),
                    mechanism: mechanism.name,
                    response: response(mechanism),
                    locale: "en_US"
                )
            )
        ])
    }

    /// The certificate says it all for EXTERNAL.
    private func response(_ mechanism: LoginMechanism) -> [UInt8] {
        guard mechanism == .plain else { return [] }
        return [0] + Array(configuration.user.utf8) + [0] + Array(configuration.password.utf8)
    }

    private func advice(for mechanism: LoginMechanism) -> String {
        guard mechanism == .external else { return "" }
        return "; EXTERNAL needs amqps://, a certificate of the client, and a broker that asks for it"
    }

    private mutating func answer(_ tune: ConnectionTune) -> Outcome {
        if tune.frameMax != 0, tune.frameMax < FrameLimits.minimumFrameMax {
            return .refused(
                ConnectionError(
                    .protocolMismatch,
                    "\(place) allows frames of \(tune.frameMax) bytes; AMQP 0-9-1 needs at least 4096"
                )
            )
        }
        phase = .expectingOpenOk
        let settled = wantedLimits.answer(to: tune)
        let limits = FrameLimits(
            frameMax: settled.frameMax,
            channelMax: settled.channelMax,
            heartbeat: settled.heartbeat
        )
        let open = ConnectionOpen(virtualHost: configuration.virtualHost)
        return .tuned(limits, [.connectionTuneOk(settled), .connectionOpen(open)])
    }

    private func refusal(_ close: ConnectionClose) -> ConnectionError {
        let error = AMQPError(close)
        switch phase {
        case .expectingOpenOk:
            return ConnectionError(
                .virtualHostRefused,
                "\(place) does not let user \"\(configuration.user)\" into virtual host "
                    + "\"\(configuration.virtualHost)\": \(error)",
                cause: error
            )
        case .expectingTune where error.code == .accessRefused && configuration.mechanism == .external:
            return ConnectionError(
                .loginRefused,
                "\(place) refuses the certificate's login; check that it has a user of that name: \(error)",
                cause: error
            )
        case .expectingTune where error.code == .accessRefused:
            return ConnectionError(
                .loginRefused,
                "\(place) refuses user \"\(configuration.user)\"; check the user and the password: \(error)",
                cause: error
            )
        case .expectingStart, .expectingTune:
            return ConnectionError(.closedByBroker, "\(place) closed the connection: \(error)", cause: error)
        }
    }
}

extension AMQPError {
    init(_ close: ConnectionClose) {
        let method = MethodID(classID: close.classID, methodID: close.methodID)
        self.init(
            code: ReplyCode(rawValue: close.replyCode),
            text: close.replyText,
            method: close.classID == 0 ? nil : method,
            scope: .connection
        )
    }

    init(_ close: ChannelClose) {
        let method = MethodID(classID: close.classID, methodID: close.methodID)
        self.init(
            code: ReplyCode(rawValue: close.replyCode),
            text: close.replyText,
            method: close.classID == 0 ? nil : method,
            scope: .channel
        )
    }
}
