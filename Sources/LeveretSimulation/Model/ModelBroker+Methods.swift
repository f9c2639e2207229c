package import LeveretCore
import LeveretModel

extension ModelBroker {
    /// Takes a method; what must come of it is then expected.
    package func apply(_ method: ChannelMethod, on id: ChannelID) {
        guard let channel = channel(id) else { return }
        switch method {
        case .declareExchange(let method):
            expect(declareExchange(method), on: channel, noWait: method.noWait)
        case .deleteExchange(let name, let ifUnused, let noWait):
            expect(deleteExchange(name, ifUnused: ifUnused), on: channel, noWait: noWait)
        case .bindExchange(let method):
            expect(bind(method, toExchange: true, on: channel), on: channel, noWait: method.noWait)
        case .unbindExchange(let method):
            expect(unbind(method, toExchange: true, on: channel), on: channel, noWait: method.noWait)
        case .declareQueue(let method):
            let (outcome, queue) = declareQueue(method, on: channel)
            expect(outcome, on: channel, noWait: method.noWait, queue: queue)
        case .deleteQueue(let name, let ifUnused, let ifEmpty, let noWait):
            expect(
                deleteQueue(name, ifUnused: ifUnused, ifEmpty: ifEmpty, on: channel),
                on: channel,
                noWait: noWait
            )
        case .purgeQueue(let name, let noWait):
            expect(purge(name, on: channel), on: channel, noWait: noWait)
        case .bindQueue(let method):
            expect(bind(method, toExchange: false, on: channel), on: channel, noWait: method.noWait)
        case .unbindQueue(let method):
            expect(unbind(method, toExchange: false, on: channel), on: channel, noWait: method.noWait)
        default:
            applyBasic(method, on: channel)
        }
    }

    private func applyBasic(_ method: ChannelMethod, on channel: ModelChannel) {
        switch method {
        case .setPrefetch(let count, let size, let global):
            expect(setPrefetch(count, size: size, global: global, on: channel), on: channel, noWait: false)
        case .setConsumerPrefetch(let tag, let count):
            channel.consumers.first { $0.tag == tag }?.prefetch = Int(count)
            expect(.reply(.prefetchSet, batch: 0), on: channel, noWait: false)
        case .consume(let method): consume(method, on: channel)
        case .cancel(let tag, let noWait):
            if !tag.isEmpty, let consumer = channel.consumers.first(where: { $0.tag == tag }) { cancel(consumer) }
            expect(.reply(.consumeCancelled(tag: tag), batch: 0), on: channel, noWait: noWait)
        case .get(let name, let noAcknowledge): get(name, noAcknowledge: noAcknowledge, on: channel)
        case .recover(let requeue, let noWait): recover(requeue: requeue, noWait: noWait, on: channel)
        case .selectTransactions(let noWait): selectTransactions(noWait: noWait, on: channel)
        case .commit: commit(on: channel)
        case .rollback: rollback(on: channel)
        case .selectConfirms(let noWait):
            guard channel.transaction == nil else { return raise(.preconditionFailed, on: channel) }
            channel.selectedConfirms = true
            expect(.reply(.confirmsSelected, batch: 0), on: channel, noWait: noWait)
        case .flow(let active):
            expect(
                active ? .reply(.flowSet(active: true), batch: 0) : .failure(.notImplemented),
                on: channel,
                noWait: false
            )
        default: break
        }
    }

    func expect(
        _ outcome: ModelOutcome,
        on channel: ModelChannel,
        noWait: Bool,
        queue: ModelQueue? = nil,
        consumer: ModelConsumer? = nil
    ) {
        switch outcome {
        case .failure(let code): raise(code, on: channel)
        case .reply(let reply, let batch):
            guard !noWait else { return }
            let wait = isDurable ? batch : 0
            // A purge may be answered before or after it is durable.
            let isPurge = if case .queuePurged(let count) = reply { count > 0 } else { false }
            channel.expectedReplies.append(
                ExpectedReply(
                    content: .reply(reply),
                    mustWaitFor: wait,
                    mayWaitFor: isPurge && isDurable ? nextBatch : wait,
                    consumer: consumer,
                    queue: queue
                )
            )
        }
    }

    private func setPrefetch(_ count: UInt16, size: UInt32, global: Bool, on channel: ModelChannel) -> ModelOutcome {
        guard size == 0 else { return .failure(.notImplemented) }
        guard !global else {
            channel.channelPrefetch = Int(count)
            return .reply(.prefetchSet, batch: 0)
        }
        channel.consumerPrefetch = Int(count)
        if session(channel.id.session)?.options.qosAppliesToExisting ?? false {
            for consumer in channel.consumers { consumer.prefetch = Int(count) }
        }
        return .reply(.prefetchSet, batch: 0)
    }

    private func recover(requeue: Bool, noWait: Bool, on channel: ModelChannel) {
        guard requeue else { return raise(.notImplemented, on: channel) }
        guard !channel.movesMessages else {
            heldRecoveries += 1
            channel.expectedReplies.append(ExpectedReply(content: .recovery(noWait: noWait)))
            return
        }
        giveBackAll(of: channel)
        expect(.reply(.recovered, batch: 0), on: channel, noWait: noWait)
    }

    func giveBackAll(of channel: ModelChannel) {
        let deliveries = channel.unacknowledged
        channel.unacknowledged = []
        channel.settledIn = currentStep
        for delivery in deliveries { putBack(delivery, isFailure: false) }
    }

    /// A recovery that is not answered has its turn as soon as the gets before it have been.
    func recoverSilently(on channel: ModelChannel) {
        while channel.expectedReplies.first?.content == .recovery(noWait: true) {
            channel.expectedReplies.removeFirst()
            giveBackAll(of: channel)
        }
    }

    private func get(_ name: String, noAcknowledge: Bool, on channel: ModelChannel) {
        guard let name = resolve(name, on: channel), let queue = queue(named: name) else {
            return raise(.notFound, on: channel)
        }
        guard queue.allows(channel.id.session) else { return raise(.resourceLocked, on: channel) }
        queue.unusedSince = now
        channel.expectedReplies.append(ExpectedReply(content: .get(queue: queue, noAcknowledge: noAcknowledge)))
    }
}

// MARK: Consumers

extension ModelBroker {
    private func consume(_ method: Consume, on channel: ModelChannel) {
        if !method.consumerTag.isEmpty, channel.consumers.contains(where: { $0.tag == method.consumerTag }) {
            return raise(.notAllowed, on: channel)
        }
        guard let name = resolve(method.queue, on: channel), let queue = queue(named: name) else {
            return raise(.notFound, on: channel)
        }
        guard queue.allows(channel.id.session) else { return raise(.resourceLocked, on: channel) }
        if queue.rules.isQuorum, channel.channelPrefetch > 0 { return raise(.notImplemented, on: channel) }
        if queue.consumers.contains(where: \.exclusive) || (method.exclusive && !queue.consumers.isEmpty) {
            return raise(.accessRefused, on: channel)
        }
        let consumer = ModelConsumer(
            queue: queue,
            channel: channel,
            consume: method,
            priority: method.arguments["x-priority"]?.integer ?? 0,
            prefetch: Int(method.prefetch ?? UInt16(channel.consumerPrefetch))
        )
        channel.consumers.append(consumer)
        queue.consumers.append(consumer)
        queue.hadConsumer = true
        // Also a consumer that waits for no answer is announced to the door, which has to know its number.
        expect(
            .reply(
                .consumeStarted(ConsumerID(rawValue: .max), tag: method.consumerTag, isSilent: method.noWait),
                batch: 0
            ),
            on: channel,
            noWait: false,
            consumer: consumer
        )
    }

    /// The consumer goes; so does an auto-delete queue that loses its last one.
    private func cancel(_ consumer: ModelConsumer) {
        detach(consumer)
        deleteIfAbandoned(consumer.queue)
    }

    func detach(_ consumer: ModelConsumer) {
        consumer.channel.consumers.removeAll { $0 === consumer }
        consumer.queue.consumers.removeAll { $0 === consumer }
        if consumer.queue.consumers.isEmpty { consumer.queue.unusedSince = now }
    }

    func deleteIfAbandoned(_ queue: ModelQueue) {
        guard queue.options.autoDelete, queue.hadConsumer, queue.consumers.isEmpty else { return }
        dropExcess(of: queue)
        delete(queue)
    }

    func deliveriesUnacknowledged(by consumer: ModelConsumer) -> Int {
        consumer.channel.outstanding.count { $0.consumer === consumer }
    }

    /// Whether the consumer may be sent a message now, as far as the limits go that its client set.
    func hasRoom(_ consumer: ModelConsumer) -> Bool {
        if consumer.noAcknowledge { return true }
        let channel = consumer.channel
        if consumer.prefetch > 0, deliveriesUnacknowledged(by: consumer) >= consumer.prefetch { return false }
        if channel.channelPrefetch > 0,
            channel.outstanding.count(where: { $0.consumer != nil }) >= channel.channelPrefetch
        {
            return false
        }
        return channel.outstanding.count < limits.unacknowledgedPerChannel
    }

    /// Whether the consumer's client takes deliveries now.
    func isReachable(_ consumer: ModelConsumer) -> Bool {
        guard let session = session(consumer.channel.id.session) else { return false }
        return session.undrained < limits.outboundWindow && !consumer.channel.isWaiting
    }
}
