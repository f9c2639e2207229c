import LeveretWire

// Methods that the server writes on a channel.

extension ClientConnection {
    func judge(_ method: Method, on channel: ClientChannel) {
        switch (channel.state, method) {
        case (.opening, .channelOpenOk): channel.state = .open
        case (.opening, _), (.closed, _): ledger.accuse("\(channel): \(method.id.name) on a channel that is not open")
        case (_, .channelCloseOk) where channel.hasAskedToClose: channel.state = .closed
        case (.closedByServer, _): ledger.accuse("\(channel): \(method.id.name) after channel.close")
        case (.open, .channelClose(let close)): serverCloses(channel, close)
        case (.open, .basicAck(let ack)): confirm(ack.deliveryTag, multiple: ack.multiple, on: channel)
        case (.open, .basicNack(let nack)): refuse(nack.deliveryTag, multiple: nack.multiple, on: channel)
        case (.open, .basicDeliver), (.open, .basicReturn): break
        default: answer(method, on: channel)
        }
    }

    private func serverCloses(_ channel: ClientChannel, _ close: ChannelClose) {
        ledger.count(\.channelExceptions)
        server.note { "\(channel) is closed: \(close.replyCode) \(close.replyText)" }
        if !channel.isDoubtful, !channel.isClosedAtServer, !isDoubtful, !isEndedAtServer {
            ledger.accuse("\(channel) is closed for no reason: \(close.replyCode) \(close.replyText)")
        }
        channel.state = .closedByServer
        ledger.release(channel)
    }

    /// The oldest question is the one that is answered.
    private func answer(_ method: Method, on channel: ClientChannel) {
        guard let question = channel.questions.first, question.answers.contains(method.id) else {
            return ledger.accuse("\(channel): \(method.id.name), which answers nothing that is due")
        }
        channel.questions.removeFirst()
        channel.answered = question
        switch method {
        case .basicConsumeOk(let consumeOk) where consumeOk.consumerTag == question.consumer?.tag:
            question.consumer?.isActive = true
        case .basicCancelOk(let cancelOk) where cancelOk.consumerTag == question.consumer?.tag:
            question.consumer?.isActive = false
            channel.consumers.removeAll { $0 === question.consumer }
        case .basicConsumeOk, .basicCancelOk: ledger.accuse("\(channel): \(method.id.name) for another consumer")
        case .basicRecoverOk:
            ledger.count(\.recovers)
            channel.recoversUnderWay -= 1
            ledger.release(channel)
        default: break
        }
    }

    // MARK: Confirms

    private func confirm(_ sequence: UInt64, multiple: Bool, on channel: ClientChannel) {
        for message in takePublishes(sequence, multiple: multiple, on: channel) { ledger.confirm(message, on: channel) }
    }

    private func refuse(_ sequence: UInt64, multiple: Bool, on channel: ClientChannel) {
        _ = takePublishes(sequence, multiple: multiple, on: channel)
        if !isDoubtful { ledger.accuse("\(channel): publishing \(sequence) is refused for no reason") }
    }

    /// The publishings that an answer of the server's covers: at least one, and none that has its answer.
    private func takePublishes(_ sequence: UInt64, multiple: Bool, on channel: ClientChannel) -> [SimulatedMessage] {
        let covered = channel.openPublishes.keys.filter { multiple ? $0 <= sequence : $0 == sequence }.sorted()
        guard covered.last == sequence else {
            ledger.accuse("\(channel): a confirm for publishing \(sequence), which waits for none")
            return []
        }
        if covered.count > 1 { ledger.count(\.multipleConfirms) }
        return covered.compactMap { channel.openPublishes.removeValue(forKey: $0) }
    }
}
