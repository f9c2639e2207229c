import LeveretModel

// tx.select, tx.commit and tx.rollback

extension BrokerCore {
    mutating func selectTransactions(noWait: Bool, on channel: Channel) throws(AMQPError) {
        guard channel.ledger == nil else {
            throw AMQPError(.preconditionFailed, "cannot switch from confirm to tx mode")
        }
        if channel.transaction == nil { channel.transaction = Transaction() }
        reply(.transactionsSelected, on: channel, unless: noWait)
    }

    /// Applies everything within one command, so that one batch of the journal holds all of it: first what was
    /// published, then what was acknowledged. If a queue would refuse a message, nothing is applied.
    mutating func commit(on channel: Channel) throws(AMQPError) {
        guard let transaction = channel.transaction else { throw notTransactional }
        if let queue = queueThatRefuses(transaction) {
            throw AMQPError(
                .preconditionFailed,
                "cannot commit: queue '\(queue.name)' in vhost '\(channel.session.virtualHost.name)' is full; "
                    + "nothing of the transaction was applied"
            )
        }
        let position = touchesJournal(transaction, of: channel) ? gate.openPosition : gate.committedPosition
        let wasFull = !channel.hasRoomForUnacknowledged
        renewTransaction(of: channel)
        for publishing in transaction.publishings { apply(publishing, on: channel) }
        for settlement in transaction.settlements {
            guard let consumer = channel.consumer(settlement.delivery.consumer) else { continue }
            finish(settlement.delivery, settlement.acknowledgement, of: consumer)
        }
        // All settlements made room at once, before the first of them was taken back.
        if wasFull { unparkConsumers(of: channel) }
        reply(.committed, when: position, on: channel, unless: false)
    }

    /// Forgets what was published. What was acknowledged waits for acknowledgement as before.
    mutating func rollback(on channel: Channel) throws(AMQPError) {
        guard channel.transaction != nil else { throw notTransactional }
        abandonTransaction(of: channel)
        reply(.rolledBack, on: channel, unless: false)
    }

    /// Undoes what the channel's transaction has taken.
    mutating func abandonTransaction(of channel: Channel) {
        guard let transaction = channel.transaction else { return }
        renewTransaction(of: channel)
        channel.unacknowledged.restore(transaction.settlements.map(\.delivery))
    }

    private mutating func renewTransaction(of channel: Channel) {
        transactionBytes -= channel.transaction?.bytes ?? 0
        channel.transaction = Transaction()
    }

    private var notTransactional: AMQPError { AMQPError(.preconditionFailed, "channel is not transactional") }

    // MARK: Buffering

    /// Keeps a publishing until the commit. The limits of transactions are the only ones that it may break.
    mutating func buffer(_ publishing: BufferedPublishing, on channel: Channel) throws(AMQPError) {
        let held = channel.transaction?.bytes ?? 0
        guard held + publishing.cost <= limits.transactionBytes else {
            throw AMQPError(
                .preconditionFailed,
                "the transaction would hold more than \(limits.transactionBytes) bytes; commit more often"
            )
        }
        guard transactionBytes + publishing.cost <= limits.transactionBytesInAll else {
            throw AMQPError(
                .preconditionFailed,
                "the transactions of all channels would hold more than \(limits.transactionBytesInAll) bytes; "
                    + "commit more often"
            )
        }
        transactionBytes += publishing.cost
        channel.transaction?.append(publishing)
    }

    // MARK: Committing

    private mutating func apply(_ publishing: BufferedPublishing, on channel: Channel) {
        let virtualHost = channel.session.virtualHost
        publishing.withView { view in
            // What an exchange has seen goes with it: the one that has its name now remembers. A message whose queues are all
            // gone comes to nobody, and must not keep its like from coming to somebody.
            let isLost = publishing.queues.allSatisfy(\.isDeleted)
            let exchange = isLost ? nil : publishing.deduplicatingExchange.flatMap { virtualHost.exchanges[$0.name] }
            let mark = exchange?.deduplicationSettings.flatMap { deduplicationMark(of: view, publishing.summary, $0) }
            let isAdmitted = admits(
                view,
                publishing.summary,
                to: publishing.queues,
                through: exchange,
                mark,
                ticket: nil,
                on: channel
            )
            guard isAdmitted else { return }
            let isTaken = enqueue(
                Arrival(publishing: view, summary: publishing.summary, due: publishing.due),
                to: publishing.queues,
                in: virtualHost
            )
            if let exchange, let mark, isTaken { remember(mark, in: exchange) }
        }
    }

    /// The first queue that has no room for all that the transaction has for it.
    private mutating func queueThatRefuses(_ transaction: Transaction) -> Queue? {
        var added: [QueueID: (count: Int, bytes: Int)] = [:]
        for publishing in transaction.publishings {
            for queue in publishing.queues where !queue.isDeleted && queue.settings.refusesWhenFull {
                // Consumers that wait may make room.
                if added[queue.id] == nil { deliver(from: queue) }
                var sum = added[queue.id, default: (0, 0)]
                sum.count += 1
                sum.bytes += publishing.bodySize
                guard !queue.isFull(adding: sum.bytes, count: sum.count) else { return queue }
                added[queue.id] = sum
            }
        }
        return nil
    }

    private func touchesJournal(_ transaction: Transaction, of channel: Channel) -> Bool {
        transaction.publishings.contains { $0.summary.isPersistent && $0.queues.contains(where: \.isJournaled) }
            || transaction.settlements.contains {
                channel.consumer($0.delivery.consumer)?.queue.isJournaled ?? false
            }
    }
}

extension QueueSettings {
    fileprivate var refusesWhenFull: Bool { overflow != .dropHead && hasLengthLimit }
}
