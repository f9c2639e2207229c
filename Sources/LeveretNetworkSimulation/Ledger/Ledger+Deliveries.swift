import LeveretSimulation

// What comes out of the server.

extension Ledger {
    /// A message with its content has gone out to a client.
    struct Content {
        var exchange: String
        var routingKey: String
        var properties: [UInt8]
        var body: [UInt8]
    }

    /// The message of a content, if nothing of it has changed.
    func identify(_ content: Content, on channel: ClientChannel) -> SimulatedMessage? {
        guard let message = content.properties.withUnsafeBytes({ message(withProperties: $0) }) else {
            accuse("\(channel): a message that nobody has published")
            return nil
        }
        guard message.isAccepted else {
            accuse("\(channel): message \(message.number) comes out before all of it went in")
            return nil
        }
        guard content.exchange == message.exchange, content.routingKey == message.routingKey,
            content.properties == message.properties
        else {
            accuse("\(channel): message \(message.number) has another address or other properties")
            return nil
        }
        guard content.body == message.body else {
            accuse("\(channel): the body of message \(message.number) is not what was published")
            return nil
        }
        return message
    }

    /// A message of a queue goes out.
    ///
    /// - Returns: its copy, if it is now the channel's to answer.
    func deliver(
        _ message: SimulatedMessage,
        from queue: SimulatedQueue,
        on channel: ClientChannel,
        redelivered: Bool,
        noAcknowledge: Bool
    ) -> MessageCopy? {
        count(redelivered ? \.redeliveries : \.deliveries)
        channel.connection.server.note {
            "\(channel): \(channel.lastTag) is message \(message.number) of \(queue.name)\(redelivered ? ", again" : "")"
        }
        guard let copy = message.copies.first(where: { $0.queue === queue }) else {
            accuse("\(channel): message \(message.number) was never in \(queue.name)")
            return nil
        }
        checkOrder(of: copy, on: channel, redelivered: redelivered)
        defer { copy.deliveredInLife = life }
        // What was on its way when the channel's deliveries were taken back may be with somebody else by now.
        guard channel.isSound else { return nil }
        checkIsFree(copy, on: channel)
        if !redelivered, copy.deliveredInLife == life {
            accuse("\(channel): message \(message.number) comes again and is not marked as redelivered")
        }
        if redelivered, copy.deliveredInLife == 0, !hasDisruption {
            accuse("\(channel): message \(message.number) is marked as redelivered and comes for the first time")
        }
        if noAcknowledge {
            settle(copy)
            return nil
        }
        copy.state = .taken(by: channel)
        return copy
    }

    private func checkIsFree(_ copy: MessageCopy, on channel: ClientChannel) {
        let name = "message \(copy.message.number) of \(copy.queue.name)"
        switch copy.state {
        case .ready, .doubtful: break
        case .absent: accuse("\(channel): \(name), which was lost with the broker that had it")
        case .settled: accuse("\(channel): \(name) comes back after it was acknowledged")
        case .taken(let other) where other.isSound: accuse("\(channel): \(name), which \(other) has not answered")
        case .taken: break
        }
    }

    /// What one channel has published arrives at each channel in that order, unless it comes back.
    private func checkOrder(of copy: MessageCopy, on channel: ClientChannel, redelivered: Bool) {
        guard !redelivered else { return }
        let way = ClientChannel.Way(publisher: copy.message.publisher, queue: copy.queue.name)
        if let last = channel.lastNumbers[way], last >= copy.message.number {
            accuse("\(channel): message \(copy.message.number) comes after \(last), which was published later")
        }
        channel.lastNumbers[way] = copy.message.number
    }

    /// A channel's deliveries are taken back.
    func release(_ channel: ClientChannel) {
        hasDisruption = true
        channel.connection.server.note { "\(channel): \(channel.deliveries.count) deliveries are taken back" }
        for delivery in channel.deliveries.values {
            if case .taken(let owner) = delivery.copy.state, owner === channel { delivery.copy.state = .ready }
        }
        channel.deliveries = [:]
    }
}

// MARK: - Confirms

extension Ledger {
    func confirm(_ message: SimulatedMessage, on channel: ClientChannel) {
        count(\.confirms)
        guard message.isAccepted else {
            return accuse("\(channel): message \(message.number) is confirmed before all of it went in")
        }
        if message.isMandatory, message.copies.isEmpty, !message.isReturned {
            accuse("\(channel): message \(message.number) is confirmed before it was returned")
        }
        message.isConfirmed = true
        if !isSafe(message), !message.copies.allSatisfy(isSettledPerhaps) {
            accuse("\(channel): message \(message.number) is confirmed and not on disk")
        }
    }

    private func isSettledPerhaps(_ copy: MessageCopy) -> Bool {
        switch copy.state {
        case .settled, .doubtful, .absent: true
        case .ready, .taken: copy.queue.isLossy
        }
    }

    func takeReturn(_ message: SimulatedMessage, on channel: ClientChannel) {
        count(\.returns)
        guard message.isMandatory, message.copies.isEmpty, !message.isReturned, message.publisher == channel.serial
        else {
            return accuse("\(channel): message \(message.number) is returned without reason")
        }
        message.isReturned = true
    }
}
