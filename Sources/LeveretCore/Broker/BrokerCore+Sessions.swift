import LeveretModel

// Sessions and channels: how they open and how they close.

extension BrokerCore {
    mutating func openSession(_ id: SessionID, _ options: SessionOptions) {
        do throws(AMQPError) {
            let session = try admit(id, options)
            sessions[id] = session
            effects.append(.sessionOpened(id))
            blockIfAnnounced(session)
        } catch {
            var error = error
            error.method = .connectionOpen
            effects.append(.connectionException(id, error))
        }
    }

    private func admit(_ id: SessionID, _ options: SessionOptions) throws(AMQPError) -> Session {
        guard let virtualHost = virtualHosts[options.virtualHost] else {
            throw AMQPError(.notAllowed, "vhost \(options.virtualHost) not found")
        }
        let user = options.isTrusted ? nil : users[options.user]
        if !options.isTrusted {
            try checkAccess(of: options.user, to: virtualHost)
            try checkConnectionLimits(of: user, in: virtualHost)
            virtualHost.connectionCount += 1
            user?.connectionCount += 1
        }
        return Session(
            id: id,
            options: options,
            virtualHost: virtualHost,
            user: user,
            outboundWindow: limits.outboundWindow
        )
    }

    func checkAccess(of user: String, to virtualHost: VirtualHost) throws(AMQPError) {
        guard users[user] != nil, virtualHost.permissions.admits(user) else {
            throw AMQPError(.notAllowed, "access to vhost '\(virtualHost.name)' refused for user '\(user)'")
        }
    }

    private func checkConnectionLimits(of user: User?, in virtualHost: VirtualHost) throws(AMQPError) {
        let name = user?.definition.name ?? ""
        if let limit = virtualHost.definition.limits.maxConnections, virtualHost.connectionCount >= limit {
            throw AMQPError(
                .notAllowed,
                "access to vhost '\(virtualHost.name)' refused for user '\(name)': "
                    + "connection limit (\(limit)) is reached"
            )
        }
        if let user, let limit = user.definition.limits.maxConnections, user.connectionCount >= limit {
            throw AMQPError(
                .notAllowed,
                "connection refused for user '\(name)': user connection limit (\(limit)) is reached"
            )
        }
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
        if !session.options.isTrusted {
            session.virtualHost.connectionCount -= 1
            session.user?.connectionCount -= 1
        }
        // What comes back from one of its channels does not go out on another.
        session.outboundAllowance = 0
        for channel in session.channelsInOrder { remove(channel) }
        for queue in session.exclusiveQueues where !queue.isDeleted {
            delete(queue, in: session.virtualHost)
        }
    }

    mutating func openChannel(_ id: ChannelID) {
        guard let session = sessions[id.session], session.channels[id.number] == nil else { return }
        do throws(AMQPError) {
            try checkChannelLimits(of: session)
        } catch {
            closeConnection(of: id.session, with: error)
            return
        }
        session.user?.channelCount += 1
        channelsOpened += 1
        session.channels[id.number] = Channel(
            id: id,
            incarnation: channelsOpened,
            session: session,
            unacknowledgedLimit: limits.unacknowledgedPerChannel
        )
        effects.append(.channelOpened(id))
    }

    private func checkChannelLimits(of session: Session) throws(AMQPError) {
        let limit = min(limits.channelsPerSession, session.options.channelMax)
        guard session.channels.count < limit else {
            throw AMQPError(
                .notAllowed,
                "number of channels opened (\(limit)) has reached the negotiated channel_max (\(limit))",
                method: .channelOpen
            )
        }
        if let user = session.user, let limit = user.definition.limits.maxChannels, user.channelCount >= limit {
            throw AMQPError(
                .notAllowed,
                "number of channels opened for user '\(user.definition.name)' has reached the maximum allowed user "
                    + "limit of (\(limit))",
                method: .channelOpen
            )
        }
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
        channel.session.user?.channelCount -= 1
        discardHeldEffects(of: channel)
        let consumers = channel.consumersByTag.values.sorted { $0.id.rawValue < $1.id.rawValue }
        for consumer in consumers { detach(consumer) }
        abandonTransaction(of: channel)
        while let delivery = channel.unacknowledged.removeFirst(through: .max) {
            requeue(delivery, of: channel, isFailure: true)
        }
        if let ledger = channel.ledger { gate.removeLedger(ledger) }
        for consumer in consumers { deleteIfAbandoned(consumer.queue, in: channel.session.virtualHost) }
        channel.letGo()
    }

    func channel(_ id: ChannelID) -> Channel? { sessions[id.session]?.channels[id.number] }
}
