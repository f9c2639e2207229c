import LeveretModel
import LeveretWire

// MARK: - Methods of the connection

extension ClientSession {
    mutating func receive(connectionMethod payload: UnsafeRawBufferPointer) throws(WireError) {
        let method = try Method(decoding: payload)
        switch (phase, method) {
        case (.handshaking(var handshake), _):
            let outcome = try handshake.receive(method)
            phase = .handshaking(handshake)
            try perform(outcome, handshake)
        case (.closing(let error), .connectionCloseOk): finish(error)
        case (.closing(let error), .connectionClose):
            write(ConnectionCloseOk(), 0)
            finish(error)
        case (.closing, _), (.closed, _): return
        case (.open, .connectionClose(let close)): closedByBroker(AMQPError(close))
        case (.open, .connectionBlocked(let blocked)):
            setBlocked(true)
            actions.append(.notice(.blocked(reason: blocked.reason)))
        case (.open, .connectionUnblocked):
            setBlocked(false)
            actions.append(.notice(.unblocked))
        case (.open, _): throw Self.unexpected(method.id)
        }
    }

    private mutating func perform(_ outcome: ClientHandshake.Outcome, _ handshake: ClientHandshake) throws(WireError) {
        switch outcome {
        case .send(let methods): for method in methods { try send(method) }
        case .tuned(let limits, let methods):
            self.limits = limits
            decoder = FrameDecoder(limits: limits)
            isTuned = true
            for method in methods { try send(method) }
        case .opened:
            serverProperties = handshake.serverProperties
            phase = .open
            actions.append(.proceed(opened, .success(())))
        case .refused(let error):
            write(ConnectionCloseOk(), 0)
            end(error)
            isFinished = true
        }
    }

    private mutating func send(_ method: Method) throws(WireError) {
        try method.encode(channel: 0, into: &output)
    }

    private mutating func closedByBroker(_ error: AMQPError) {
        write(ConnectionCloseOk(), 0)
        let reason = "the broker at \(configuration.address) closed the connection: \(error)"
        end(ConnectionError(.closedByBroker, reason, cause: error))
        isFinished = true
    }
}

// MARK: - The end

extension ClientSession {
    /// Begins to close the connection as the program wants it.
    mutating func close() {
        let error = ConnectionError(.closed, "the connection to \(configuration.address) was closed by the program")
        beginClosing(error, code: .success, text: "")
    }

    /// The broker broke the protocol: everything ends, and the broker is told why.
    mutating func fail(_ cause: AMQPError) {
        let error = ConnectionError(
            .protocolMismatch,
            "the broker at \(configuration.address) sent what the protocol does not allow: \(cause)",
            cause: cause
        )
        beginClosing(error, code: cause.code, text: cause.shortText, method: cause.method)
    }

    private mutating func beginClosing(
        _ error: ConnectionError,
        code: ReplyCode,
        text: String,
        method: MethodID? = nil
    ) {
        switch phase {
        case .open:
            write(
                ConnectionClose(
                    replyCode: code.rawValue,
                    replyText: text,
                    classID: method?.classID ?? 0,
                    methodID: method?.methodID ?? 0
                ),
                0
            )
            failChannels(error)
            phase = .closing(error)
        case .handshaking:
            end(error)
            isFinished = true
        case .closing(let error): finish(error)
        case .closed: return
        }
    }

    /// The socket is closed, or cannot be used any more.
    mutating func lose(_ reason: String, code: ConnectionError.Code = .lost) {
        isFinished = true
        switch phase {
        case .handshaking(let handshake) where code == .lost: end(handshake.explanation(ofEnd: reason))
        case .handshaking: end(ConnectionError(code, "the broker at \(configuration.address) \(reason)"))
        case .open: end(ConnectionError(code, "the connection to \(configuration.address) was lost: \(reason)"))
        case .closing(let error): end(error)
        case .closed: return
        }
    }

    private mutating func finish(_ error: ConnectionError) {
        end(error)
        isFinished = true
    }

    /// Ends everything with the reason.
    mutating func end(_ error: ConnectionError) {
        phase = .closed(error)
        actions.append(.proceed(opened, .failure(error)))
        failChannels(error)
    }

    private mutating func failChannels(_ error: ConnectionError) {
        let reason: any Error = error.code == .closedByBroker ? error.cause ?? Self.closed(error) : Self.closed(error)
        for case let channel? in channels {
            channel.fail(reason, into: &actions)
            channel.phase = .closed(reason)
        }
        channels = [nil]
        freeNumbers = []
        openChannelCount = 0
    }

    private static func closed(_ error: ConnectionError) -> any Error { ChannelClosedError(reason: error.reason) }
}
