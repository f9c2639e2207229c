import LeveretModel
import LeveretWire
import NIOCore

extension ClientSession {
    /// Publishes a message, or gives what to wait for before it is tried again.
    mutating func publish(
        _ body: UnsafeRawBufferPointer,
        exchange: ExchangeName,
        routingKey: String,
        properties: BasicProperties,
        mandatory: Bool,
        confirmation: PublishConfirmation,
        on channel: ClientChannelState
    ) throws -> PendingResult<Void>? {
        try channel.checkOpen()
        guard mayPublish(on: channel) else {
            let turn = PendingResult<Void>()
            channel.waitingPublishers.append(turn)
            hasWaitingPublishers = true
            return turn
        }
        let address = try encodeAddress(exchange, routingKey, properties)
        if try channel.mode.beginConfirming() { write(ConfirmSelect(noWait: true), channel.number) }
        scratch.withUnsafeBytes { scratch in
            let names = UnsafeRawBufferPointer(rebasing: scratch[..<address.end])
            if mandatory, !channel.mode.isInTransaction {
                channel.mandatory.add(
                    channel.confirms.nextSequence,
                    exchange: UnsafeRawBufferPointer(rebasing: names[1..<address.exchangeEnd]),
                    routingKey: UnsafeRawBufferPointer(rebasing: names[(address.exchangeEnd + 1)...]),
                    body: body
                )
            }
            FrameEncoder.writePublish(
                channel: channel.number,
                exchangeAndRoutingKey: names,
                mandatory: mandatory,
                properties: UnsafeRawBufferPointer(rebasing: scratch[address.end...]),
                body: body,
                frameMax: Int(limits.frameMax),
                into: &output
            )
        }
        if channel.mode.isInTransaction {
            confirmation.settle(.success(()))
        } else {
            channel.confirms.add(confirmation)
        }
        return nil
    }

    private func mayPublish(on channel: ClientChannelState) -> Bool {
        isWritable && !isBlocked && !channel.isPaused
            && output.readableBytes < Self.outputLimit
            && channel.confirms.count < max(configuration.unconfirmedLimit, 1)
    }

    /// Whether publishers that wait for confirms would better go on: not at each confirm, but in groups.
    func hasRoom(for channel: ClientChannelState) -> Bool {
        let limit = max(configuration.unconfirmedLimit, 1)
        return channel.confirms.count <= limit - max(limit / 4, 1)
    }

    /// Puts exchange and routing key, each after its length, and then the properties into `scratch`.
    private mutating func encodeAddress(
        _ exchange: ExchangeName,
        _ routingKey: String,
        _ properties: BasicProperties
    ) throws(AMQPError) -> (exchangeEnd: Int, end: Int) {
        scratch.removeAll(keepingCapacity: true)
        do throws(EncodingError) {
            try scratch.append(shortString: exchange.rawValue)
            let exchangeEnd = scratch.count
            try scratch.append(shortString: routingKey)
            let end = scratch.count
            try properties.encode(into: &scratch)
            return (exchangeEnd, end)
        } catch {
            throw AMQPError(.preconditionFailed, error.text, method: .basicPublish)
        }
    }
}

// MARK: - Going on

extension ClientSession {
    /// The socket takes more, or does not.
    mutating func setWritable(_ isWritable: Bool) {
        self.isWritable = isWritable
        letPublishersProceed()
    }

    mutating func setBlocked(_ isBlocked: Bool) {
        self.isBlocked = isBlocked
        letPublishersProceed()
    }

    /// Takes the bytes to be sent.
    mutating func takeOutput() -> ByteBuffer {
        guard output.readableBytes > 0 else { return ByteBuffer() }
        let taken = output
        // As much again is likely to come, but not likely much more.
        output = ByteBuffer()
        output.reserveCapacity(min(taken.readableBytes, Self.outputReservation))
        letPublishersProceed()
        return taken
    }

    mutating func letPublishersProceed() {
        guard hasWaitingPublishers, isWritable, !isBlocked else { return }
        hasWaitingPublishers = false
        for case let channel? in channels where !channel.waitingPublishers.isEmpty {
            if !channel.isPaused, hasRoom(for: channel) {
                channel.letPublishersProceed(into: &actions)
            } else {
                hasWaitingPublishers = true
            }
        }
    }

    /// A publisher does not wait any more.
    mutating func forget(_ turn: PendingResult<Void>, on channel: ClientChannelState) {
        channel.waitingPublishers.removeAll { $0 === turn }
    }
}
