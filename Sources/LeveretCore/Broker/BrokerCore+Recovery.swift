import LeveretModel

// The start from what a journal holds

extension BrokerCore {
    mutating func recover(_ state: RecoveredState) {
        recoverAccess(state)
        for definition in state.exchanges { recover(definition) }
        var queues: [QueueID: Queue] = [:]
        for definition in state.queues {
            guard let queue = recover(definition) else { continue }
            queues[queue.id] = queue
        }
        for definition in state.bindings { recover(definition) }
        nextDurableQueueID = state.nextQueueID.rawValue
        for mark in state.deliveryMarks {
            queues[mark.queue]?.deliveredThrough = mark.ordinal
            queues[mark.queue]?.nextOrdinal = mark.ordinal + 1
            queues[mark.queue]?.mark = DeliveryLimit(recovered: mark.ordinal)
        }
        for id in state.pausedQueues { queues[id]?.isPaused = true }
        for entry in state.deduplications { recover(entry, queues) }
        for segment in state.segments { recover(segment, into: queues) }
        for queue in queues.values { queue.takeUnorderedMessages() }
        // What was recovered is durable; nothing of it is to be written again.
        definitionChanges = []
    }

    /// What was valid when it was set is taken as it is; what is not grants nothing.
    private mutating func recoverAccess(_ state: borrowing RecoveredState) {
        for definition in state.virtualHosts { virtualHosts[definition.name] = VirtualHost(definition) }
        for definition in state.users { users[definition.name] = User(definition) }
        for definition in state.permissions {
            guard let patterns = try? PermissionPatterns(definition) else { continue }
            virtualHosts[definition.virtualHost]?.permissions.set(patterns)
        }
        for definition in state.topicPermissions {
            guard let patterns = try? TopicPermissionPatterns(definition) else { continue }
            virtualHosts[definition.virtualHost]?.permissions.set(patterns)
        }
        for definition in state.policies { try? virtualHosts[definition.virtualHost]?.policies.set(definition) }
        for virtualHost in virtualHosts.values {
            for exchange in virtualHost.exchanges.values {
                exchange.policy = virtualHost.policies.policy(forExchange: exchange.name)
            }
        }
    }

    private mutating func recover(_ definition: ExchangeDefinition) {
        let options = ExchangeOptions(
            durable: true,
            autoDelete: definition.autoDelete,
            internal: definition.internal,
            arguments: definition.arguments
        )
        guard let virtualHost = virtualHosts[definition.virtualHost] else { return }
        let exchange = Exchange(
            name: definition.name,
            virtualHost: definition.virtualHost,
            type: ExchangeType(definition.type),
            options: options
        )
        exchange?.policy = virtualHost.policies.policy(forExchange: definition.name)
        virtualHost.exchanges[definition.name] = exchange
    }

    private mutating func recover(_ definition: QueueDefinition) -> Queue? {
        guard let virtualHost = virtualHosts[definition.virtualHost] else { return nil }
        let options = QueueOptions(
            durable: true,
            autoDelete: definition.autoDelete,
            arguments: definition.arguments
        )
        let queue = Queue(
            id: definition.id,
            name: definition.name,
            virtualHost: virtualHost,
            options: options,
            owner: nil,
            isJournaled: isDurable,
            entriesInMemory: limits.entriesInMemory
        )
        queue.use(virtualHost.policy(of: queue))
        virtualHost.queues[definition.name] = queue
        return queue
    }

    private func recover(_ entry: DeduplicationEntry, _ queues: [QueueID: Queue]) {
        switch entry.scope {
        case .queue(let id): queues[id]?.deduplication.recover(entry)
        case .exchange(let virtualHost, let name):
            virtualHosts[virtualHost]?.exchanges[name]?.deduplication.recover(entry)
        }
    }

    private mutating func recover(_ definition: BindingDefinition) {
        guard let virtualHost = virtualHosts[definition.virtualHost],
            let source = virtualHost.exchanges[definition.source]
        else { return }
        let destination: Binding.Destination
        switch definition.destinationKind {
        case .queue:
            guard let queue = virtualHost.queues[definition.destination] else { return }
            destination = .queue(queue)
        case .exchange:
            guard let exchange = virtualHost.exchanges[definition.destination] else { return }
            destination = .exchange(exchange)
        }
        let identity = Binding.Identity(
            kind: definition.destinationKind,
            destination: definition.destination,
            routingKey: definition.routingKey,
            arguments: definition.arguments
        )
        _ = add(identity, from: source, to: destination, in: virtualHost)
    }

    /// Puts the messages of a segment that are not settled back into their queues.
    private mutating func recover(_ recovered: RecoveredSegment, into queues: [QueueID: Queue]) {
        let segment = log.recover(recovered)
        // A message that gets a new place must not get one that the segment says is settled.
        for range in recovered.settled {
            guard let queue = queues[range.queue] else { continue }
            queue.nextOrdinal = max(queue.nextOrdinal, range.last + 1)
        }
        if let runs = recovered.runs { return recover(runs, in: segment, into: queues) }
        let settled = SettledMessages(recovered.settled)
        let updated = UpdatedMessages(recovered.updates)
        var long: [Queue] = []
        // Mostly the next message is of the same queue.
        var last: Queue?
        let isWhole = SegmentIndex.forEach(in: recovered.index) { item in
            segment.writtenReferences += 1
            if last?.id != item.queue { last = queues[item.queue] }
            guard let queue = last else { return }
            let message = RecoveredMessage(item, updated.update(of: item), in: segment, of: queue)
            queue.nextOrdinal = max(queue.nextOrdinal, message.entry.ordinal + 1)
            guard !settled.contains(item.queue, message.entry.ordinal) else { return }
            log.addRecoveredReference(to: segment)
            queue.take(message)
            if queue.ready.isLong, !long.contains(where: { $0 === queue }) { long.append(queue) }
        }
        guard isWhole else {
            failure = "the index of segment \(recovered.id.rawValue) is damaged; run 'leveret check'"
            return
        }
        log.noteRecovered(segment)
        for queue in long { pageOut(queue) }
    }

    /// Puts back what a summary says that the segment holds.
    private mutating func recover(_ runs: [SegmentRun], in segment: Segment, into queues: [QueueID: Queue]) {
        var liveBytes = 0
        for run in runs {
            guard let queue = queues[run.queue] else { continue }
            queue.nextOrdinal = max(queue.nextOrdinal, run.last + 1)
            let entries = StoredEntries(slot: segment.slot, run: run, redeliveredThrough: queue.deliveredThrough)
            log.addRecoveredReferences(entries)
            pageOut(queue)
            queue.take(entries)
            liveBytes += Int(run.bodyBytes) + entries.count * Record.headerSize
        }
        log.noteRecovered(segment, liveBytes: liveBytes)
    }
}
