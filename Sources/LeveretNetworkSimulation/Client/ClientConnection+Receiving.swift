import LeveretModel
import LeveretWire

// What the client does about what has reached it.

extension ClientConnection {
    /// The first bytes; a hasty client does not wait for the server's.
    func greet() {
        put(ClientFrame(bytes: ProtocolHeader.supported))
        guard isHasty else { return }
        startOk()
        guard !hasWrongPassword else { return }
        tuneAndOpen()
        isUsable = true
    }

    func receive(_ method: Method, on number: UInt16) {
        guard !isSilent else { return }
        guard number != 0 else { return receiveOnChannelZero(method) }
        guard let channel = channels.first(where: { $0.number == number }) else { return }
        switch method {
        case .channelOpenOk: channel.isUsable = !channel.hasAskedToClose
        case .channelClose: agreeToClose(channel)
        case .channelCloseOk: channels.removeAll { $0 === channel }
        case .basicDeliver(let deliver): channel.receive(deliver.deliveryTag)
        case .basicGetOk(let getOk): channel.receive(getOk.deliveryTag)
        case .basicRecoverOk:
            channel.received = []
            channel.isRecovering = false
        default: break
        }
    }

    private func receiveOnChannelZero(_ method: Method) {
        switch method {
        case .connectionStart where !isHasty: startOk()
        case .connectionTune where !isHasty: tuneAndOpen()
        case .connectionOpenOk: isUsable = true
        case .connectionClose:
            outbox = []
            put(ClientFrame(bytes: ClientFrames.method(.connectionCloseOk(ConnectionCloseOk()), channel: 0)))
            isLeaving = true
        case .connectionCloseOk: isLeaving = true
        default: break
        }
    }

    private func startOk() {
        let startOk = ConnectionStartOk(
            clientProperties: [
                "capabilities": .table(["connection.blocked": true, "authentication_failure_close": true])
            ],
            mechanism: "PLAIN",
            response: Array("\0guest\0\(hasWrongPassword ? "wrong" : "guest")".utf8),
            locale: "en_US"
        )
        put(
            ClientFrame(
                bytes: ClientFrames.method(.connectionStartOk(startOk), channel: 0),
                event: hasWrongPassword ? .damage : nil
            )
        )
    }

    private func tuneAndOpen() {
        let tuneOk = ConnectionTuneOk(channelMax: 100, frameMax: UInt32(frameMax), heartbeat: UInt16(heartbeat))
        put(ClientFrame(bytes: ClientFrames.method(.connectionTuneOk(tuneOk), channel: 0)))
        put(ClientFrame(bytes: ClientFrames.method(.connectionOpen(ConnectionOpen(virtualHost: "/")), channel: 0)))
    }

    /// The server closes a channel. What the client had still to send on it goes no more.
    private func agreeToClose(_ channel: ClientChannel) {
        channel.isUsable = false
        let unsent = outbox.filter { $0.channel == channel.number }.flatMap(\.frames)
        outbox.removeAll { $0.channel == channel.number }
        let closeIsUnsent = unsent.contains { if case .closeChannel = $0.event { true } else { false } }
        if closeIsUnsent { channel.hasAskedToClose = false }
        let closeOk = ClientFrames.method(.channelCloseOk(ChannelCloseOk()), channel: channel.number)
        send([ClientFrame(bytes: closeOk)], on: channel.number)
        if !channel.hasAskedToClose { channels.removeAll { $0 === channel } }
    }
}
