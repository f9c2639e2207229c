import LeveretModel

// From queues to consumers

extension BrokerCore {
    /// The queue may have something to deliver: it is looked at when the command is done.
    mutating func schedule(_ queue: Queue) {
        guard !queue.isScheduled else { return }
        queue.isScheduled = true
        scheduledQueues.append(queue)
    }

    mutating func deliverFromScheduledQueues() {
        var next = 0
        while next < scheduledQueues.count {
            let queue = scheduledQueues[next]
            next += 1
            queue.isScheduled = false
            deliver(from: queue)
        }
        scheduledQueues.removeAll(keepingCapacity: true)
    }

    /// Delivers as long as there are messages, consumers that can take them, and memory that holds them.
    mutating func deliver(from queue: Queue) {
        if !queue.unfinished.isEmpty { finishMessages(of: queue) }
        deliverReady(from: queue)
        readAhead(for: queue)
        if queue.ready.isLong { pageOut(queue) }
        if !queue.isDeleted { noteDeadline(of: queue) }
    }

    private mutating func deliverReady(from queue: Queue) {
        // What waited for another message may be answered with one that has come back before it.
        if !queue.channelsWithGets.isEmpty { answerWaitingGets(of: queue) }
        guard queue.canDeliver else { return }
        while var entry = firstToDeliver(of: queue), let consumer = queue.consumers.next() {
            // Who is the only one gets one message after the other.
            while true {
                guard deliver(entry, of: queue, to: consumer) else { return }
                guard queue.consumers.count == 1, consumer.isAvailable, let next = firstToDeliver(of: queue)
                else { break }
                entry = next
            }
        }
    }

    /// The queue's first message, if that is in memory and its pace lets it go.
    private func firstToDeliver(of queue: Queue) -> QueueEntry? {
        guard let entry = queue.ready.first, queue.pace?.admits(at: now.milliseconds) ?? true else { return nil }
        return entry
    }

    /// Delivers the queue's first message. `false` if it may not leave yet.
    private mutating func deliver(_ entry: QueueEntry, of queue: Queue, to consumer: Consumer) -> Bool {
        guard let record = log.record(of: entry) else {
            request(log[entry.slot], for: queue)
            return false
        }
        guard mayLeave(entry, of: queue) else { return false }
        queue.pace?.noteDelivery(at: now.milliseconds)
        _ = queue.ready.removeFirst()
        deliver(entry, record, to: consumer)
        return true
    }

    private mutating func deliver(_ entry: QueueEntry, _ record: RecordReference, to consumer: Consumer) {
        let channel = consumer.channel
        let effect = makeEffect(entry, record, to: consumer)
        effects.append(.deliver(channel.id, effect), for: channel.id.session)
        channel.session.outboundAllowance -= record.record.outboundCost
        handOver(entry, deliveryTag: effect.deliveryTag, to: consumer, noAcknowledge: consumer.noAcknowledge)
    }

    func makeEffect(_ entry: QueueEntry, _ record: RecordReference, to consumer: Consumer) -> DeliveryEffect {
        var effect = DeliveryEffect(
            consumer: consumer.id,
            deliveryTag: consumer.channel.takeDeliveryTag(),
            redelivered: entry.isRedelivered,
            record: record
        )
        if entry.hasHistory, let history = consumer.queue.histories[entry.ordinal] {
            effect.failures = history.failures
            effect.returns = history.returns
        }
        return effect
    }

    /// The message is with the consumer now: settled, or to be acknowledged.
    mutating func handOver(
        _ entry: QueueEntry,
        deliveryTag: UInt64,
        to consumer: Consumer,
        noAcknowledge: Bool
    ) {
        let queue = consumer.queue
        counters.delivered += 1
        if entry.isRedelivered { counters.redelivered += 1 }
        guard !noAcknowledge else {
            settle(entry, of: queue)
            return
        }
        var entry = entry
        entry.isRedelivered = true
        let channel = consumer.channel
        channel.unacknowledged.append(
            UnacknowledgedDelivery(deliveryTag: deliveryTag, entry: entry, consumer: consumer.id)
        )
        consumer.unacknowledgedCount += 1
        if !consumer.isGet { channel.consumedUnacknowledgedCount += 1 }
        queue.unacknowledgedCount += 1
        if let timeout = consumer.timeout ?? queue.settings.consumerTimeout {
            lend(deliveryTag, on: channel, from: queue, milliseconds: timeout)
        }
    }

    /// Whether a restart would find the message marked as one that may have been delivered. If not, the mark is
    /// asked for, and the queue is looked at again when it is on disk.
    mutating func mayLeave(_ entry: QueueEntry, of queue: Queue) -> Bool {
        guard queue.isJournaled, log[entry.slot].phase != .volatile else { return true }
        if queue.mark.extend(past: entry.ordinal) { scheduleMark(of: queue) }
        guard queue.mark.allows(entry.ordinal) else { return false }
        queue.deliveredThrough = max(queue.deliveredThrough, entry.ordinal)
        return true
    }

    /// Asks for a mark before there is anything to deliver, so that the first message need not wait for it.
    mutating func prepareMark(of queue: Queue) {
        guard queue.isJournaled else { return }
        if queue.mark.extend(past: queue.nextOrdinal) { scheduleMark(of: queue) }
    }

    private mutating func scheduleMark(of queue: Queue) {
        guard !queue.mark.isScheduled else { return }
        queue.mark.isScheduled = true
        markedQueues.append(queue)
    }

    /// Writes exact marks, for a shutdown after which nothing is delivered.
    package mutating func retractDeliveryMarks() {
        for virtualHost in virtualHostsInOrder {
            for queue in virtualHost.queuesInOrder where queue.isJournaled {
                if queue.mark.retract(to: queue.deliveredThrough) { scheduleMark(of: queue) }
            }
        }
    }

    /// Marks are on disk: their queues may deliver further.
    mutating func marksWritten() {
        for (queue, mark) in marksUnderWay {
            queue.mark.written(mark.ordinal)
            schedule(queue)
            answerWaitingGets(of: queue)
        }
        marksUnderWay = []
    }

    /// The message is done with: nothing of it is needed for this queue any more.
    mutating func settle(_ entry: QueueEntry, of queue: Queue) {
        forgetHistory(of: entry, in: queue)
        if let ticket = log.settle(entry, of: queue) { gate.resolve(ticket) }
    }

    func forgetHistory(of entry: QueueEntry, in queue: Queue) {
        if entry.hasHistory { queue.histories[entry.ordinal] = nil }
    }

    // MARK: Windows

    /// The client has taken bytes that were delivered to it: its consumers may take more.
    mutating func sessionDrained(_ id: SessionID, bytes: Int) {
        guard let session = sessions[id] else { return }
        let wasClosed = session.outboundAllowance <= 0
        session.outboundAllowance = min(session.outboundAllowance + max(0, bytes), session.outboundWindow)
        guard wasClosed, session.outboundAllowance > 0 else { return }
        for channel in session.channelsInOrder { unparkConsumers(of: channel) }
    }

    /// A limit of the channel, or of its session, has given way.
    mutating func unparkConsumers(of channel: Channel) {
        for case let consumer? in channel.consumers where consumer.isParked { unpark(consumer) }
    }

    mutating func unpark(_ consumer: Consumer) {
        consumer.queue.consumers.unpark(consumer)
        schedule(consumer.queue)
    }
}
