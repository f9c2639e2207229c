import LeveretModel

// Sessions and channels: how they open and how they close.

extension BrokerCore {
    mutating func openSession(_ id: SessionID, _ options: SessionOptions) {
        guard let virtualHost = virtualHosts[options.virtualHost] else {
            effects.append(
                .connectionException(
                    id,
                    AMQPError(
                        .notAllowed,
                        "vhost \(options.virtualHost) not found",
                        method: .connectionOpen
                    )
                )
            )
            return
        }
        guard options.isTrusted || virtualHost.permissions[options.user] != nil else {
            effects.append(
                .connectionException(
                    id,
                    AMQPError(
                        .notAllowed,
                        "access to vhost '\(options.virtualHost)' refused for user '\(options.user)'",
                        method: .connectionOpen
                    )
                )
            )
            return
        }
        let session = Session(
            id: id,
            options: options,
            virtualHost: virtualHost,
            outboundWindow: limits.outboundWindow
        )
        sessions[id] = session
        effects.append(.sessionOpened(id))
        blockIfAnnounced(session)
    }

    mutating func closeSession(_ id: SessionID) {
        if let session = sessions[id] { remove(session) }
        effects.append(.sessionClosed(id))
    }

    /// Closes a session with an error and forgets it.
    mutating func closeConnection(of id: SessionID, with error: AMQPError) {
        guard let session = sessions[id] else { return }
        effects.append(.connectionException(id, error))
        remove(session)
    }

    private mutating func remove(_ session: Session) {
        sessions[session.id] = nil
        for channel in session.channelsInOrder { remove(channel) }
        for queue in session.exclusiveQueues where !queue.isDeleted {
            delete(queue, in: session.virtualHost)
        }
    }

    mutating func openChannel(_ id: ChannelID) {
        guard let session = sessions[id.session], session.channels[id.number] == nil else { return }
        guard session.channels.count < min(limits.channelsPerSession, session.options.channelMax) else {
            let limit = min(limits.channelsPerSession, session.options.channelMax)
            closeConnection(
                of: id.session,
                with: AMQPError(
                    .notAllowed,
                    "number of channels opened (\(limit)) has reached the negotiated channel_max (\(limit))",
                    method: .channelOpen
                )
            )
            return
        }
        session.channels[id.number] = Channel(
            id: id,
            session: session,
            unacknowledgedLimit: limits.unacknowledgedPerChannel
        )
        effects.append(.channelOpened(id))
    }

    mutating func closeChannel(_ id: ChannelID) {
        if let channel = channel(id) { remove(channel) }
        effects.append(.channelClosed(id))
    }

    /// Closes a channel with an error and forgets it.
    mutating func closeChannel(_ channel: Channel, with error: AMQPError) {
        guard error.scope == .channel else {
            closeConnection(of: channel.id.session, with: error)
            return
        }
        remove(channel)
        effects.append(.channelException(channel.id, error))
    }

    /// Ends a channel: held answers are let go, its consumers leave, what it owes goes back into the queues.
    private mutating func remove(_ channel: Channel) {
        channel.session.channels[channel.id.number] = nil
        discardHeldEffects(of: channel)
        let consumers = channel.consumersByTag.values.sorted { $0.id.rawValue < $1.id.rawValue }
        for consumer in consumers { detach(consumer) }
        abandonTransaction(of: channel)
        while let delivery = channel.unacknowledged.removeFirst(through: .max) {
            requeue(delivery, of: channel, isFailure: true)
        }
        if let ledger = channel.ledger { gate.removeLedger(ledger) }
        for consumer in consumers { deleteIfAbandoned(consumer.queue, in: channel.session.virtualHost) }
    }

    func channel(_ id: ChannelID) -> Channel? { sessions[id.session]?.channels[id.number] }
}
