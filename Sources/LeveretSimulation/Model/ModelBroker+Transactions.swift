package import LeveretCore
import LeveretModel

extension ModelBroker {
    package func isTransactional(_ channel: ChannelID) -> Bool { self.channel(channel)?.transaction != nil }

    func selectTransactions(noWait: Bool, on channel: ModelChannel) {
        guard !channel.selectedConfirms else { return raise(.preconditionFailed, on: channel) }
        channel.transaction = channel.transaction ?? ModelTransaction()
        expect(.reply(.transactionsSelected, batch: 0), on: channel, noWait: noWait)
    }

    /// First all that was published, then all that was acknowledged; the answer comes when the journal has it.
    func commit(on channel: ModelChannel) {
        guard let transaction = channel.transaction else { return raise(.preconditionFailed, on: channel) }
        guard !isRefused(transaction) else { return raise(.preconditionFailed, on: channel) }
        channel.transaction = ModelTransaction()
        let isKept = transaction.publishings.map { apply($0, on: channel) }.contains(true)
        channel.settledIn = currentStep
        for settlement in transaction.settlements { settle(settlement.delivery, by: settlement.acknowledgement) }
        channel.expectedReplies.append(
            ExpectedReply(
                content: .reply(.committed),
                mustWaitFor: isDurable && isKept ? nextBatch : 0,
                mayWaitFor: isDurable && transaction.touchesDurableQueue ? nextBatch : 0
            )
        )
    }

    /// Gives whether a durable queue has the message now.
    private func apply(_ publishing: ModelTransaction.Publishing, on channel: ModelChannel) -> Bool {
        let message = publishing.publishing.observed
        if publishing.destinations.isEmpty, publishing.publishing.mandatory {
            channel.expectedReturns.append((channel.nextSequence, message))
        }
        let remaining = publishing.destinations.filter { queue in queues.contains { $0 === queue } }
        let arrival = Arrival(serial: publishing.serial, message: message, dueAt: publishing.dueAt)
        let reception = receive(arrival, from: exchange(named: publishing.exchange), in: remaining)
        return !reception.isDuplicate && !reception.entries.isEmpty
    }

    /// Whether a queue has no room for all that the transaction has for it.
    private func isRefused(_ transaction: ModelTransaction) -> Bool {
        queues.filter(\.rules.refusesPublishings).contains { queue in
            let meant = transaction.publishings.filter { $0.destinations.contains { $0 === queue } }
            let bytes = meant.reduce(0) { $0 + $1.publishing.body.count }
            return !meant.isEmpty && queue.isOverfull(adding: meant.count, bytes: bytes)
        }
    }

    func rollback(on channel: ModelChannel) {
        guard channel.transaction != nil else { return raise(.preconditionFailed, on: channel) }
        channel.unacknowledged = channel.outstanding.sorted { $0.tag < $1.tag }
        channel.transaction = ModelTransaction()
        expect(.reply(.rolledBack, batch: 0), on: channel, noWait: false)
    }
}
