import LeveretModel

// basic.ack, basic.nack, basic.reject and basic.recover

extension BrokerCore {
    /// Takes a run of acknowledgements. The first that is in error closes the channel, and the rest are dropped.
    mutating func acknowledge(_ run: UnsafeBufferPointer<Acknowledgement>, on id: ChannelID) {
        guard let channel = channel(id) else { return }
        for acknowledgement in run {
            guard acknowledge(acknowledgement, on: channel) else {
                let error = AMQPError(
                    .preconditionFailed,
                    "unknown delivery tag \(acknowledgement.deliveryTag)",
                    method: acknowledgement.kind.method
                )
                closeChannel(channel, with: error)
                return
            }
        }
    }

    /// `false` if the tag does not wait for an acknowledgement.
    private mutating func acknowledge(_ acknowledgement: Acknowledgement, on channel: Channel) -> Bool {
        let tag = acknowledgement.deliveryTag
        if acknowledgement.multiple {
            guard tag == 0 || channel.unacknowledged.contains(tag) || channel.hasTakenBack(tag) else { return false }
            let last = tag == 0 ? channel.unacknowledged.latestTag : tag
            // Deliveries that follow one another mostly went to one consumer.
            while let next = channel.unacknowledged.first(through: last),
                let consumer = channel.consumer(next.consumer)
            {
                while let delivery = channel.unacknowledged.removeFirst(through: last, of: consumer.id) {
                    take(delivery, acknowledgement, of: consumer)
                }
            }
            return true
        }
        guard let delivery = channel.unacknowledged.remove(tag) else { return channel.hasTakenBack(tag) }
        if let consumer = channel.consumer(delivery.consumer) { take(delivery, acknowledgement, of: consumer) }
        return true
    }

    /// In a transaction the answer waits for the commit.
    private mutating func take(
        _ delivery: UnacknowledgedDelivery,
        _ acknowledgement: Acknowledgement,
        of consumer: Consumer
    ) {
        guard consumer.channel.transaction == nil else {
            let settlement = BufferedSettlement(delivery: delivery, acknowledgement: acknowledgement)
            consumer.channel.transaction?.append(settlement)
            return
        }
        finish(delivery, acknowledgement, of: consumer)
    }

    mutating func finish(
        _ delivery: UnacknowledgedDelivery,
        _ acknowledgement: Acknowledgement,
        of consumer: Consumer
    ) {
        guard acknowledgement.kind == .acknowledge || !acknowledgement.requeue else {
            self.requeue(delivery, of: consumer, isFailure: acknowledgement.kind == .reject)
            return
        }
        takeBack(from: consumer)
        counters.acknowledged += 1
        if acknowledgement.kind == .acknowledge {
            settle(delivery.entry, of: consumer.queue)
        } else {
            bury(delivery.entry, of: consumer.queue, because: .rejected)
        }
    }

    /// Puts a message back into its queue. It is a failure if the consumer rejected it or was lost with it.
    mutating func requeue(_ delivery: UnacknowledgedDelivery, of channel: Channel, isFailure: Bool) {
        guard let consumer = channel.consumer(delivery.consumer) else { return }
        requeue(delivery, of: consumer, isFailure: isFailure)
    }

    private mutating func requeue(_ delivery: UnacknowledgedDelivery, of consumer: Consumer, isFailure: Bool) {
        takeBack(from: consumer)
        let queue = consumer.queue
        guard !queue.isDeleted else {
            settle(delivery.entry, of: queue)
            return
        }
        counters.requeued += 1
        guard delivery.entry.deadline > now.milliseconds else {
            bury(delivery.entry, of: queue, because: .expired)
            return
        }
        if queue.settings.isQuorum {
            putBackCounted(delivery.entry, into: queue, isFailure: isFailure)
        } else {
            queue.ready.restore(delivery.entry)
        }
        if queue.settings.hasLengthLimit { enforceLengthLimit(of: queue) }
        schedule(queue)
    }

    /// Queues with a delivery limit count how often a message comes back, and may let it wait.
    private mutating func putBackCounted(_ entry: QueueEntry, into queue: Queue, isFailure: Bool) {
        var entry = entry
        var history = queue.histories[entry.ordinal] ?? MessageHistory(writtenOrdinal: entry.ordinal)
        history.returns = history.returns == .max ? .max : history.returns + 1
        if isFailure { history.failures = history.failures == .max ? .max : history.failures + 1 }
        entry.hasHistory = true
        queue.histories[entry.ordinal] = history
        if isFailure, let limit = queue.settings.deliveryLimit, history.failures > limit {
            bury(entry, of: queue, because: .deliveryLimit)
        } else if let retry = queue.settings.retry, retry.applies(toFailure: isFailure) {
            queue.unfinished.append(UnfinishedMessage(entry: entry, fate: .retry))
        } else {
            log.noteUpdate(entry, from: entry.ordinal, of: queue, history: &history, dueAt: 0)
            queue.histories[entry.ordinal] = history
            queue.ready.restore(entry)
        }
    }

    /// A delivery waits no longer: the limits that counted it give way.
    private mutating func takeBack(from consumer: Consumer) {
        let channel = consumer.channel
        consumer.unacknowledgedCount -= 1
        consumer.queue.unacknowledgedCount -= 1
        let sharedLimitGivesWay = channel.isAtSharedLimit
        if !consumer.isGet { channel.consumedUnacknowledgedCount -= 1 }
        if sharedLimitGivesWay { unparkConsumers(of: channel) }
        if consumer.isParked { unpark(consumer) }
        if consumer.isCancelled || consumer.isGet { channel.forgetIfDone(consumer) }
    }

    mutating func recover(requeue: Bool, noWait: Bool, on channel: Channel) throws(AMQPError) {
        guard requeue else { throw AMQPError(.notImplemented, "requeue=false") }
        guard !channel.held.contains(where: \.movesMessages) else {
            channel.hold(.recovery(noWait: noWait))
            return
        }
        giveBackAll(of: channel)
        reply(.recovered, on: channel, unless: noWait)
    }

    mutating func giveBackAll(of channel: Channel) {
        let last = channel.unacknowledged.latestTag
        while let delivery = channel.unacknowledged.removeFirst(through: last) {
            requeue(delivery, of: channel, isFailure: false)
        }
    }
}

extension Acknowledgement.Kind {
    fileprivate var method: MethodID {
        switch self {
        case .acknowledge: .basicAck
        case .nack: .basicNack
        case .reject: .basicReject
        }
    }
}
