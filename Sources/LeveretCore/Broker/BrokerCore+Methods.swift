import DequeModule
import LeveretModel

// What every method has in common: its channel, its answer, its error.

extension BrokerCore {
    /// Performs a method; an error closes its channel or its connection. A channel that is not there any more has
    /// been closed by the broker, and what is still on its way to it is ignored.
    mutating func perform(_ method: ChannelMethod, on id: ChannelID) {
        guard let channel = channel(id) else { return }
        do throws(AMQPError) {
            try channel.session.checkHeldEffects(limit: limits.heldEffectsPerSession)
            try perform(method, on: channel)
        } catch {
            var error = error
            if error.method == nil { error.method = method.id }
            closeChannel(channel, with: error)
        }
    }

    private mutating func perform(_ method: ChannelMethod, on channel: Channel) throws(AMQPError) {
        switch method {
        case .declareExchange(let declare): try declareExchange(declare, on: channel)
        case .deleteExchange(let name, let ifUnused, let noWait):
            try deleteExchange(name, ifUnused: ifUnused, noWait: noWait, on: channel)
        case .bindExchange(let bind): try self.bind(bind, kind: .exchange, on: channel)
        case .unbindExchange(let bind): try unbind(bind, kind: .exchange, on: channel)
        case .declareQueue(let declare): try declareQueue(declare, on: channel)
        case .deleteQueue(let name, let ifUnused, let ifEmpty, let noWait):
            try deleteQueue(name, ifUnused: ifUnused, ifEmpty: ifEmpty, noWait: noWait, on: channel)
        case .purgeQueue(let name, let noWait): try purgeQueue(name, noWait: noWait, on: channel)
        case .bindQueue(let bind): try self.bind(bind, kind: .queue, on: channel)
        case .unbindQueue(let bind): try unbind(bind, kind: .queue, on: channel)
        case .setPrefetch(let count, let size, let global):
            try setPrefetch(count, size: size, global: global, on: channel)
        case .setConsumerPrefetch(let tag, let count): setPrefetch(count, ofConsumer: tag, on: channel)
        case .consume(let consume): try self.consume(consume, on: channel)
        case .cancel(let tag, let noWait): cancel(tag, noWait: noWait, on: channel)
        case .get(let queue, let noAcknowledge): try get(queue, noAcknowledge: noAcknowledge, on: channel)
        case .recover(let requeue, let noWait): try recover(requeue: requeue, noWait: noWait, on: channel)
        case .selectConfirms(let noWait): try selectConfirms(noWait: noWait, on: channel)
        case .selectTransactions(let noWait): try selectTransactions(noWait: noWait, on: channel)
        case .commit: try commit(on: channel)
        case .rollback: try rollback(on: channel)
        case .flow(let active):
            guard active else { throw AMQPError(.notImplemented, "active=false") }
            emit(.reply(channel.id, .flowSet(active: true)), on: channel)
        }
    }

    private mutating func selectConfirms(noWait: Bool, on channel: Channel) throws(AMQPError) {
        guard channel.transaction == nil else {
            throw AMQPError(.preconditionFailed, "cannot switch from tx to confirm mode")
        }
        if channel.ledger == nil { channel.ledger = gate.makeLedger(for: channel.id) }
        reply(.confirmsSelected, on: channel, unless: noWait)
    }

    // MARK: Answers

    /// Hands out an effect of a channel, or holds it back behind those that are held already.
    mutating func emit(_ effect: Effect, on channel: Channel) {
        if channel.isHeld {
            channel.hold(.effect(effect, pin: nil))
        } else {
            effects.append(effect)
        }
    }

    mutating func reply(_ reply: Reply, on channel: Channel, unless noWait: Bool) {
        if !noWait { emit(.reply(channel.id, reply), on: channel) }
    }

    /// Answers when the position is durable; everything after it on the channel waits with it.
    mutating func reply(
        _ reply: Reply,
        when position: JournalPosition,
        on channel: Channel,
        unless noWait: Bool
    ) {
        guard !noWait else { return }
        let effect = Effect.reply(channel.id, reply)
        guard isDurable, !gate.isDurable(position) else {
            emit(effect, on: channel)
            return
        }
        channel.hold(.until(position, effect))
        gate.hold(channel, until: position)
    }

    /// Hands out what need not be held back any longer.
    mutating func releaseHeldEffects(of channel: Channel) {
        guard channel.isHeld else { return }
        while let next = channel.held.first {
            switch next {
            case .until(let position, let effect):
                guard gate.isDurable(position) else {
                    gate.hold(channel, until: position)
                    return
                }
                effects.append(effect)
            case .effect(let effect, let pin):
                effects.append(effect)
                if let pin { log.removeReference(from: pin) }
            case .get(let queue, let noAcknowledge):
                guard answerGet(from: queue, noAcknowledge: noAcknowledge, on: channel) else { return }
            case .recovery(let noWait):
                // What comes back may be wanted by a get that the channel holds: this one's turn is over first.
                channel.dropFirstHeld()
                if !noWait { effects.append(.reply(channel.id, .recovered)) }
                giveBackAll(of: channel)
                // What comes back without a wait is there for the next get, as it is when no get was waited for.
                finishScheduledMessages()
                continue
            }
            channel.dropFirstHeld()
        }
        unparkConsumers(of: channel)
    }

    /// The channel ends: what it was still to be told no longer matters, but for the memory that it pins.
    mutating func discardHeldEffects(of channel: Channel) {
        guard channel.isHeld else { return }
        gate.forget(channel)
        for case .effect(_, let pin?) in channel.held { log.removeReference(from: pin) }
        channel.dropAllHeld()
    }

    // MARK: Rights

    func require(_ right: Right, onQueue name: String, for channel: Channel) throws(AMQPError) {
        try require(right, on: name, kind: "queue", for: channel)
    }

    func require(_ right: Right, onExchange name: String, for channel: Channel) throws(AMQPError) {
        try require(right, on: name.isEmpty ? "amq.default" : name, kind: "exchange", for: channel)
    }

    /// Asking whether something exists takes any right to it.
    func requireAnyRight(to name: String, kind: String, for channel: Channel) throws(AMQPError) {
        for right in [Right.configure, .write] where (try? require(right, on: name, kind: kind, for: channel)) != nil {
            return
        }
        try require(.read, on: name, kind: kind, for: channel)
    }

    private func require(_ right: Right, on name: String, kind: String, for channel: Channel) throws(AMQPError) {
        let session = channel.session
        guard !session.options.isTrusted else { return }
        let isAllowed = session.rights.answer(right, for: name, generation: rightsGeneration) {
            session.virtualHost.permissions.allows(session.options.user, right, name: name)
        }
        guard !isAllowed else { return }
        throw AMQPError(
            .accessRefused,
            "\(right.name) access to \(kind) '\(name)' in vhost '\(session.virtualHost.name)' refused for user "
                + "'\(session.options.user)'"
        )
    }

    /// The keys of a topic exchange may be restricted further.
    func requireTopic(
        _ right: Right,
        key: String,
        of exchange: Exchange,
        for channel: Channel
    ) throws(AMQPError) {
        let session = channel.session
        let (virtualHost, user) = (session.virtualHost, session.options.user)
        guard exchange.routingType == .topic, !session.options.isTrusted else { return }
        guard !virtualHost.permissions.allows(user, right, key: key, of: exchange.name) else { return }
        throw AMQPError(
            .accessRefused,
            "\(right.name) access to topic '\(key)' in exchange topic '\(exchange.name)' in vhost "
                + "'\(virtualHost.name)' refused for user '\(user)'"
        )
    }
}

extension ChannelMethod {
    /// What AMQP calls the method.
    var id: MethodID {
        switch self {
        case .declareExchange: .exchangeDeclare
        case .deleteExchange: .exchangeDelete
        case .bindExchange: .exchangeBind
        case .unbindExchange: .exchangeUnbind
        case .declareQueue: .queueDeclare
        case .deleteQueue: .queueDelete
        case .purgeQueue: .queuePurge
        case .bindQueue: .queueBind
        case .unbindQueue: .queueUnbind
        case .setPrefetch, .setConsumerPrefetch: .basicQos
        case .consume: .basicConsume
        case .cancel: .basicCancel
        case .get: .basicGet
        case .recover: .basicRecover
        case .selectConfirms: .confirmSelect
        case .selectTransactions: .txSelect
        case .commit: .txCommit
        case .rollback: .txRollback
        case .flow: .channelFlow
        }
    }
}
