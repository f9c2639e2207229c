import DequeModule

// Whole-structure checks, for tests and simulation

extension BrokerCore {
    /// Stops the program if anything that must always hold does not.
    package func checkInvariants() {
        // A core that has stopped has dropped its sessions as they were.
        guard failure == nil else { return }
        var references: [SegmentSlot: Int] = [:]
        var paged: [SegmentSlot: Int] = [:]
        var unacknowledged: [QueueID: Int] = [:]
        for session in sessions.values {
            for channel in session.channels.values {
                check(channel, &references, &unacknowledged)
            }
            let held = session.channels.values.reduce(0) { $0 + $1.held.count }
            precondition(held == session.heldEffectCount, "a session miscounts what its channels hold back")
        }
        for virtualHost in virtualHosts.values {
            check(virtualHost, &references, &paged, unacknowledged)
        }
        for queue in deletedQueuesWithDeadLetters {
            for message in queue.unfinished { references[message.entry.slot, default: 0] += 1 }
        }
        for promotion in promotions { references[promotion.entry.slot, default: 0] += 1 }
        for segment in log.all {
            check(segment, references[segment.slot, default: 0])
            precondition(segment.pagedCount == paged[segment.slot, default: 0], "messages known by runs are miscounted")
        }
        checkResidency()
        checkUnwritten()
        checkCountsOfConnections()
    }

    /// They are kept by the segments that they wait for.
    private var deletedQueuesWithDeadLetters: [Queue] {
        var queues: [ObjectIdentifier: Queue] = [:]
        for queue in log.all.flatMap(\.waitingQueues) where queue.isDeleted { queues[ObjectIdentifier(queue)] = queue }
        return Array(queues.values)
    }

    private func checkCountsOfConnections() {
        let connections = sessions.values.filter { !$0.options.isTrusted }
        for virtualHost in virtualHosts.values {
            let count = connections.count { $0.virtualHost === virtualHost }
            precondition(count == virtualHost.connectionCount, "a virtual host miscounts its connections")
        }
        for user in users.values {
            let own = connections.filter { $0.user === user }
            precondition(own.count == user.connectionCount, "a user's connections are miscounted")
            let channels = own.reduce(0) { $0 + $1.channels.count }
            precondition(channels == user.channelCount, "a user's channels are miscounted")
        }
    }

    private func check(
        _ channel: Channel,
        _ references: inout [SegmentSlot: Int],
        _ unacknowledged: inout [QueueID: Int]
    ) {
        let waiting = channel.unacknowledged.all
        precondition(waiting.count == channel.unacknowledged.count, "a channel miscounts its deliveries")
        precondition(
            zip(waiting, waiting.dropFirst()).allSatisfy { $0.deliveryTag < $1.deliveryTag },
            "delivery tags do not rise"
        )
        let deliveries = waiting + (channel.transaction?.settlements.map(\.delivery) ?? [])
        var consumed = 0
        for delivery in deliveries {
            guard let consumer = channel.consumer(delivery.consumer) else {
                preconditionFailure("a delivery belongs to no consumer")
            }
            if !consumer.isGet { consumed += 1 }
            references[delivery.entry.slot, default: 0] += 1
            unacknowledged[consumer.queue.id, default: 0] += 1
        }
        precondition(consumed == channel.consumedUnacknowledgedCount, "a channel miscounts what its prefetch limits")
        for case .effect(_, let pin?) in channel.held { references[pin.slot, default: 0] += 1 }
    }

    private func check(
        _ virtualHost: VirtualHost,
        _ references: inout [SegmentSlot: Int],
        _ paged: inout [SegmentSlot: Int],
        _ unacknowledged: [QueueID: Int]
    ) {
        for queue in Array(virtualHost.queues.values) + Array(virtualHost.replyQueues.values) {
            precondition(!queue.isDeleted, "a deleted queue is still listed")
            precondition(queue.ready.isInOrder, "a queue is out of order")
            var bytes = 0
            var count = 0
            for entry in queue.ready.all {
                bytes += Int(entry.bodyLength)
                count += 1
                references[entry.slot, default: 0] += 1
            }
            for entries in queue.ready.stored {
                bytes += entries.bodyBytes
                count += entries.count
                references[entries.slot, default: 0] += entries.count
                paged[entries.slot, default: 0] += entries.count
            }
            for message in queue.delayed.all { references[message.entry.slot, default: 0] += 1 }
            for message in queue.unfinished { references[message.entry.slot, default: 0] += 1 }
            precondition(count == queue.ready.count, "a queue miscounts its messages")
            precondition(bytes == queue.ready.bodyBytes, "a queue miscounts its bytes")
            precondition(
                queue.unacknowledgedCount == unacknowledged[queue.id, default: 0],
                "a queue miscounts its unacknowledged messages"
            )
        }
        let bindings = virtualHost.exchanges.values.reduce(0) { $0 + $1.bindingCount }
        precondition(bindings == virtualHost.bindingCount, "bindings are miscounted")
        for exchange in virtualHost.exchanges.values {
            for binding in exchange.bindingsInOrder { check(binding, in: virtualHost) }
        }
    }

    private func check(_ binding: Binding, in virtualHost: VirtualHost) {
        switch binding.destination {
        case .queue(let queue):
            precondition(virtualHost.queues[queue.name] === queue, "a binding points to no queue")
        case .exchange(let exchange):
            precondition(virtualHost.exchanges[exchange.name] === exchange, "a binding points to no exchange")
        }
    }

    private func checkResidency() {
        let resident = log.all.filter(\.isResident)
        let bytes = resident.reduce(0) { $0 + $1.length }
        precondition(bytes == log.residency.bytes, "memory holds \(bytes) bytes, not \(log.residency.bytes)")
        let evictable = resident.filter(\.isEvictable).reduce(0) { $0 + $1.length }
        precondition(evictable == log.residency.evictableBytes, "bytes that may leave memory are miscounted")
    }

    private func checkUnwritten() {
        let live = log.all.filter { $0.phase == .open }.flatMap(\.uncommitted).filter { $0.liveReferences > 0 }
        precondition(live.count == log.unwritten.count, "records that are to be written are miscounted")
        let bytes = live.reduce(0) { $0 + Int($1.length) }
        precondition(bytes == log.unstoredBytes - log.cutBytes, "their bytes are miscounted")
    }

    /// Deliveries of deleted queues count too, so a segment may only have as many references as were found.
    private func check(_ segment: Segment, _ found: Int) {
        precondition(segment.references == found, "a segment has \(segment.references) references, not \(found)")
        precondition(segment.journaledReferences <= segment.references, "journaled references are miscounted")
    }
}
