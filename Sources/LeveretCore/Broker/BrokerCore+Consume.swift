import LeveretModel

// basic.qos, basic.consume, basic.cancel and basic.get

extension BrokerCore {
    mutating func setPrefetch(
        _ count: UInt16,
        size: UInt32,
        global: Bool,
        on channel: Channel
    ) throws(AMQPError) {
        guard size == 0 else { throw AMQPError(.notImplemented, "prefetch_size!=0 (\(size))") }
        if global {
            channel.sharedPrefetch = Int(count)
            unparkConsumers(of: channel)
        } else {
            channel.consumerPrefetch = Int(count)
            if channel.session.options.qosAppliesToExisting {
                for consumer in channel.consumersInOrder { changePrefetch(of: consumer, to: Int(count)) }
            }
        }
        reply(.prefetchSet, on: channel, unless: false)
    }

    /// Changes the limit of one consumer. That it may be gone already is no error.
    mutating func setPrefetch(_ count: UInt16, ofConsumer tag: String, on channel: Channel) {
        if let consumer = channel.consumersByTag[tag] { changePrefetch(of: consumer, to: Int(count)) }
        reply(.prefetchSet, on: channel, unless: false)
    }

    /// A lower limit takes nothing back: the consumer waits until enough of what it has is acknowledged.
    private mutating func changePrefetch(of consumer: Consumer, to count: Int) {
        consumer.prefetch = count
        if consumer.isParked { unpark(consumer) }
    }

    mutating func consume(_ consume: Consume, on channel: Channel) throws(AMQPError) {
        try refuseTagInUse(consume.consumerTag, on: channel)
        guard channel.consumersByTag.count < limits.consumersPerChannel else {
            throw AMQPError(
                .notAllowed,
                "reached maximum (\(limits.consumersPerChannel)) of consumers per channel"
            )
        }
        if consume.queue == Self.replyQueueName { return try consumeReplies(consume, on: channel) }
        let queue = try readableQueue(consume.queue, for: channel)
        if channel.sharedPrefetch > 0, queue.settings.isQuorum {
            throw AMQPError(
                .notImplemented,
                "queue '\(queue.name)' in vhost '\(channel.session.virtualHost.name)' does not support global qos"
            )
        }
        try checkExclusiveUse(of: queue, exclusive: consume.exclusive, on: channel)
        try addConsumer(consume, of: queue, on: channel)
    }

    mutating func addConsumer(_ consume: Consume, of queue: Queue, on channel: Channel) throws(AMQPError) {
        let tag = consume.consumerTag.isEmpty ? generator.name(prefix: "amq.ctag-") : consume.consumerTag
        let consumer = Consumer(
            id: channel.nextConsumerID,
            tag: tag,
            channel: channel,
            queue: queue,
            noAcknowledge: consume.noAcknowledge,
            isExclusive: consume.exclusive,
            priority: try priority(of: consume),
            prefetch: consume.prefetch.map(Int.init) ?? channel.consumerPrefetch
        )
        consumer.arguments = consume.arguments
        let timeout = try timeout(of: consume)
        if queue.settings.isQuorum { consumer.timeout = timeout }
        channel.consumers.append(consumer)
        channel.consumersByTag[tag] = consumer
        queue.consumers.add(consumer)
        queue.hasHadConsumer = true
        prepareMark(of: queue)
        let answer = Reply.consumeStarted(consumer.id, tag: tag, isSilent: consume.noWait)
        emit(.reply(channel.id, answer), on: channel)
        schedule(queue)
    }

    private func refuseTagInUse(_ tag: String, on channel: Channel) throws(AMQPError) {
        guard tag.isEmpty || channel.consumersByTag[tag] == nil else {
            throw AMQPError(.notAllowed, "attempt to reuse consumer tag '\(tag)'")
        }
    }

    private func checkExclusiveUse(of queue: Queue, exclusive: Bool, on channel: Channel) throws(AMQPError) {
        let isTaken =
            queue.consumers.exclusive != nil
            || (exclusive && (queue.settings.isSingleActive || !queue.consumers.isEmpty))
        guard isTaken else { return }
        throw AMQPError(
            .accessRefused,
            "queue '\(queue.name)' in vhost '\(channel.session.virtualHost.name)' in exclusive use"
        )
    }

    private func priority(of consume: Consume) throws(AMQPError) -> Int64 {
        guard let argument = consume.arguments["x-priority"] else { return 0 }
        guard let priority = argument.integer else {
            throw AMQPError(
                .preconditionFailed,
                "invalid arg 'x-priority' for consumer: {unacceptable_type,\(argument.typeName)}"
            )
        }
        return priority
    }

    /// A consumer of a quorum queue may set its own time, whatever the queue's is.
    private func timeout(of consume: Consume) throws(AMQPError) -> UInt64? {
        let key = "x-consumer-timeout"
        guard let value = consume.arguments[key] else { return nil }
        if let problem = QueueArguments.problem(with: FieldTable.Entry(key: key, value: value)) {
            throw AMQPError(.preconditionFailed, "invalid arg '\(key)' for consumer: \(problem)")
        }
        return value.integer.map { UInt64(clamping: $0) }
    }

    // MARK: Cancelling

    mutating func cancel(_ tag: String, noWait: Bool, on channel: Channel) {
        if let consumer = channel.consumersByTag[tag] {
            detach(consumer)
            reply(.consumeCancelled(tag: tag), on: channel, unless: noWait)
            deleteIfAbandoned(consumer.queue, in: channel.session.virtualHost)
        } else {
            reply(.consumeCancelled(tag: tag), on: channel, unless: noWait)
        }
    }

    /// Takes a consumer from its queue; what it has not acknowledged stays with the channel.
    mutating func detach(_ consumer: Consumer) {
        let channel = consumer.channel
        channel.consumersByTag[consumer.tag] = nil
        consumer.queue.consumers.remove(consumer)
        consumer.isCancelled = true
        if consumer.queue.consumers.isEmpty { noteUse(of: consumer.queue) }
        schedule(consumer.queue)
        channel.forgetIfDone(consumer)
    }

    /// The queue of these consumers is gone.
    mutating func tellCancelled(_ consumers: [Consumer]) {
        for consumer in consumers where consumer.channel.session.options.acceptsConsumerCancel {
            let channel = consumer.channel
            emit(.consumerCancelled(channel.id, consumer.id, tag: consumer.tag), on: channel)
        }
    }

    /// Takes a consumer from its queue and tells its client.
    mutating func cancelByBroker(_ consumer: Consumer) {
        detach(consumer)
        tellCancelled([consumer])
    }

    /// An auto-delete queue goes with its last consumer, if it ever had one.
    mutating func deleteIfAbandoned(_ queue: Queue, in virtualHost: VirtualHost) {
        guard queue.options.autoDelete, queue.hasHadConsumer, queue.consumers.isEmpty, !queue.isDeleted else { return }
        delete(queue, in: virtualHost)
    }

    // MARK: Getting

    mutating func get(_ name: String, noAcknowledge: Bool, on channel: Channel) throws(AMQPError) {
        let queue = try readableQueue(name, for: channel)
        if queue.settings.isSingleActive, queue.settings.isQuorum {
            throw AMQPError(
                .resourceLocked,
                "cannot obtain access to queue '\(queue.name)' in vhost '\(channel.session.virtualHost.name)'. "
                    + "basic.get operations are not supported by quorum queues with single active consumer"
            )
        }
        noteUse(of: queue)
        guard !channel.isHeld, answerGet(from: queue, noAcknowledge: noAcknowledge, on: channel) else {
            channel.hold(.get(queue, noAcknowledge: noAcknowledge))
            return
        }
    }

    /// Answers a get, unless its message has to be read back from the journal first.
    mutating func answerGet(from queue: Queue, noAcknowledge: Bool, on channel: Channel) -> Bool {
        let isHeldUp = queue.isPaused && !channel.session.options.isOperator
        guard let entry = queue.ready.first, !isHeldUp else {
            guard queue.ready.isEmpty || isHeldUp else {
                queue.channelsWithGets.append(channel.id)
                requestNextPage(of: queue)
                return false
            }
            effects.append(.reply(channel.id, .getEmpty))
            return true
        }
        guard let record = log.record(of: entry) else {
            queue.channelsWithGets.append(channel.id)
            request(log[entry.slot], for: queue)
            return false
        }
        guard mayLeave(entry, of: queue) else {
            queue.channelsWithGets.append(channel.id)
            return false
        }
        let source = channel.getSource(of: queue)
        let effect = makeEffect(entry, record, to: source)
        channel.session.outboundAllowance -= record.record.outboundCost
        let taken = queue.ready.removeFirst()
        effects.append(.getOk(channel.id, effect, messageCount: queue.messageCount))
        handOver(taken, deliveryTag: effect.deliveryTag, to: source, noAcknowledge: noAcknowledge)
        return true
    }
}
