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
        let requeues = acknowledgement.kind != .acknowledge && acknowledgement.requeue
        if acknowledgement.multiple {
            guard tag == 0 || channel.unacknowledged.contains(tag) else { return false }
            while let delivery = channel.unacknowledged.removeFirst(through: tag == 0 ? .max : tag) {
                finish(delivery, requeue: requeues, on: channel)
            }
            return true
        }
        guard let delivery = channel.unacknowledged.remove(tag) else { return false }
        finish(delivery, requeue: requeues, on: channel)
        return true
    }

    private mutating func finish(_ delivery: UnacknowledgedDelivery, requeue: Bool, on channel: Channel) {
        guard !requeue else {
            self.requeue(delivery, of: channel)
            return
        }
        guard let consumer = takeBack(delivery, of: channel) else { return }
        counters.acknowledged += 1
        settle(delivery.entry, of: consumer.queue)
    }

    /// Puts a message back to its place in its queue.
    mutating func requeue(_ delivery: UnacknowledgedDelivery, of channel: Channel) {
        guard let consumer = takeBack(delivery, of: channel) else { return }
        let queue = consumer.queue
        guard !queue.isDeleted else {
            settle(delivery.entry, of: queue)
            return
        }
        counters.requeued += 1
        queue.ready.restore(delivery.entry)
        schedule(queue)
    }

    /// The delivery waits no longer: the limits that counted it give way. Gives who it had gone to.
    private mutating func takeBack(_ delivery: UnacknowledgedDelivery, of channel: Channel) -> Consumer? {
        guard let consumer = channel.consumer(delivery.consumer) else { return nil }
        consumer.unacknowledgedCount -= 1
        consumer.queue.unacknowledgedCount -= 1
        let sharedLimitGivesWay = channel.isAtSharedLimit
        if !consumer.isGet { channel.consumedUnacknowledgedCount -= 1 }
        if sharedLimitGivesWay { unparkConsumers(of: channel) }
        if consumer.isParked { unpark(consumer) }
        if consumer.isCancelled || consumer.isGet { channel.forgetIfDone(consumer) }
        return consumer
    }

    mutating func recover(requeue: Bool, noWait: Bool, on channel: Channel) throws(AMQPError) {
        guard requeue else { throw AMQPError(.notImplemented, "requeue=false") }
        while let delivery = channel.unacknowledged.removeFirst(through: .max) {
            self.requeue(delivery, of: channel)
        }
        reply(.recovered, on: channel, unless: noWait)
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
