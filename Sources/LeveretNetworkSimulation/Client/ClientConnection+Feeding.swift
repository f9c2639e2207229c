// What the server has been given, which it acts upon before it is given more.

extension ClientConnection {
    /// Takes the events of the frames that are complete by now.
    func noteFed() {
        while let first = events.first, first.end <= fedCount {
            events.removeFirst()
            if !isEndedAtServer, phase != .closing, phase != .closed { take(first.event) }
        }
        if fedCount < queuedCount { ledger.count(\.cutFrames) }
    }

    private func take(_ event: ClientEvent) {
        switch event {
        case .publish(let channel, let message): publish(message, on: channel)
        case .settle(let channel, let tags, let settlement): settle(tags, settlement, on: channel)
        case .recover(let channel): channel.recoversUnderWay += 1
        case .closeChannel(let channel):
            channel.isClosedAtServer = true
            ledger.release(channel)
        case .mistake(let channel): channel.isDoubtful = true
        case .closeConnection: endAtServer()
        case .damage: isDoubtful = true
        }
    }

    private func publish(_ message: SimulatedMessage, on channel: ClientChannel) {
        // What comes for a channel that the server has closed is passed over.
        guard channel.state != .closedByServer else { return }
        ledger.accept(message, isDoubtful: isDoubtful || channel.isDoubtful)
    }

    private func settle(_ tags: [UInt64], _ settlement: ClientEvent.Settlement, on channel: ClientChannel) {
        for tag in tags {
            guard let delivery = channel.deliveries.removeValue(forKey: tag) else { continue }
            guard case .taken(let owner) = delivery.copy.state, owner === channel else { continue }
            if isDoubtful || channel.isDoubtful || channel.recoversUnderWay > 0 {
                delivery.copy.state = .doubtful
            } else if settlement == .discard {
                ledger.settle(delivery.copy)
            } else {
                ledger.hasDisruption = true
                delivery.copy.state = .ready
            }
        }
    }

    /// The server lets go of the session.
    func endAtServer() {
        isEndedAtServer = true
        for channel in channels { ledger.release(channel) }
    }

    /// The server closes its end of the socket. That must have a reason.
    func serverCloses() {
        guard !isGone else { return }
        if !isEndedAtServer, !isDoubtful, phase != .closing, phase != .closed, !isMissed {
            ledger.accuse("\(self) is dropped for no reason")
        }
        endAtServer()
        isGone = true
    }

    /// Whether the server has heard nothing for as long as it may wait.
    private var isMissed: Bool {
        let now = server.clock.milliseconds
        if phase != .open, now - opened >= 10_000 { return true }
        guard heartbeat > 0, now - lastFed >= UInt64(heartbeat) * 2000 else { return false }
        ledger.count(\.missedHeartbeats)
        return true
    }
}
