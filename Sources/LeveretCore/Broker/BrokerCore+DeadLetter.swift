import LeveretModel

// Messages that leave their queues without having been acknowledged

/// The content of a message that has died, wherever it lies.
struct DeadMessage {
    let address: AddressView
    let properties: UnsafeRawBufferPointer
    let body: UnsafeRawBufferPointer
    let hasDeathHistory: Bool
    /// Whose confirm still waits for the message, now for the copy.
    var ticket: ConfirmTicket?
    var detours = 0

    init(_ record: Record) {
        address = record.address
        properties = record.properties
        body = record.body
        hasDeathHistory = record.hasDeathHistory
    }

    /// A message that a queue did not take.
    init(_ arrival: Arrival) {
        address = arrival.publishing.address
        properties = arrival.publishing.properties
        body = arrival.publishing.body
        hasDeathHistory = arrival.publishing.hasDeathHistory
        detours = arrival.detours + 1
    }
}

extension BrokerCore {
    /// How many queues in a row may pass a message on without taking it.
    private static let mostDetours = 16

    /// A message of the queue is done with, for this reason: it goes to the dead letter exchange, if there is one.
    mutating func bury(_ entry: QueueEntry, of queue: Queue, because reason: DeathReason) {
        counters.note(reason)
        guard queue.settings.deadLetterExchange != nil, !queue.isDeleted else {
            settle(entry, of: queue)
            return
        }
        queue.unfinished.append(UnfinishedMessage(entry: entry, fate: .death(reason)))
        schedule(queue)
    }

    /// Finishes what needs the messages' records, as far as they are in memory.
    mutating func finishMessages(of queue: Queue) {
        let count = queue.ready.count
        finishMessagesInMemory(of: queue)
        // Those that came back without a wait may be too much.
        if queue.ready.count > count, queue.settings.hasLengthLimit { enforceLengthLimit(of: queue) }
    }

    /// The same for all queues that are to be looked at when the command is done.
    mutating func finishScheduledMessages() {
        for queue in scheduledQueues where !queue.unfinished.isEmpty { finishMessages(of: queue) }
    }

    mutating func finishMessagesInMemory(of queue: Queue) {
        while let message = queue.unfinished.first {
            let segment = log[message.entry.slot]
            guard let record = segment.reference(to: message.entry.offset)?.record else {
                request(segment, for: queue)
                return
            }
            queue.unfinished.removeFirst()
            switch message.fate {
            case .death(let reason): deadLetter(message.entry, record, of: queue, because: reason)
            case .retry: delayRetry(of: message.entry, record, in: queue)
            case .repetition(let dueAt): repeatMessage(message.entry, record, dueAt: dueAt, in: queue)
            }
        }
    }

    private mutating func deadLetter(
        _ entry: QueueEntry,
        _ record: Record,
        of queue: Queue,
        because reason: DeathReason
    ) {
        var message = DeadMessage(record)
        // The record's memory is not used again before the command is done. If the message was not even written yet,
        // its publisher's confirm now waits for the copy too; with the ticket, if no other queue has the message.
        if log.leaveConfirmToJournal(entry, of: queue) { gate.awaitOpenPosition() }
        message.ticket = log.settle(entry, of: queue)
        forgetHistory(of: entry, in: queue)
        guard let virtualHost = queue.virtualHost else { return }
        deadLetter(message, of: queue, because: reason, in: virtualHost)
    }

    /// Publishes a dead message to the queue's dead letter exchange.
    mutating func deadLetter(
        _ message: DeadMessage,
        of queue: Queue,
        because reason: DeathReason,
        in virtualHost: VirtualHost
    ) {
        guard let name = queue.settings.deadLetterExchange, let exchange = virtualHost.exchanges[name],
            message.detours <= Self.mostDetours,
            let obituary = Obituary(message, queue: queue, reason: reason, at: now, exchange: name)
        else {
            if let ticket = message.ticket { gate.resolve(ticket) }
            return
        }
        counters.deadLettered += 1
        obituary.withParts { address, properties in
            let queues = route(obituary, properties, to: exchange, in: virtualHost)
            guard let summary = try? PropertiesSummary(scanning: properties) else { return }
            var publishing = PublishingView(
                address: address,
                properties: properties,
                body: message.body,
                mandatory: false
            )
            publishing.hasDeathHistory = true
            enqueue(
                Arrival(
                    publishing: publishing,
                    summary: summary,
                    ticket: message.ticket,
                    detours: message.detours
                ),
                to: queues,
                in: virtualHost
            )
        }
    }

    private func route(
        _ obituary: Obituary,
        _ properties: UnsafeRawBufferPointer,
        to exchange: Exchange,
        in virtualHost: VirtualHost
    ) -> [Queue] {
        var queues: [Queue] = []
        for key in obituary.routingKeys {
            if exchange.name.isEmpty {
                if let queue = virtualHost.queues[key] { queues.appendOnce(queue) }
                continue
            }
            var routing = Routing(in: virtualHost, subject: RoutingSubject(key: key, properties: properties))
            routing.follow(exchange)
            for queue in routing.queues { queues.appendOnce(queue) }
        }
        guard obituary.reason != .rejected else { return queues }
        return queues.filter { !obituary.deaths.isCycle($0.name) }
    }
}

extension [Queue] {
    fileprivate mutating func appendOnce(_ queue: Queue) {
        if !contains(where: { $0 === queue }) { append(queue) }
    }
}
