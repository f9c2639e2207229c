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
        channel.transaction = ModelTransaction()
        let isKept = transaction.publishings.map { apply($0, on: channel) }.contains(true)
        for settlement in transaction.settlements where settlement.delivery.entry.place == .unacknowledged {
            settle(settlement.delivery, by: settlement.acknowledgement)
        }
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
        let entries = remaining.map { queue in
            enqueue(message, serial: publishing.serial, isPersistent: publishing.isPersistent, in: queue)
        }
        return entries.contains(where: \.isPersistent)
    }

    func rollback(on channel: ModelChannel) {
        guard channel.transaction != nil else { return raise(.preconditionFailed, on: channel) }
        channel.unacknowledged = channel.outstanding.sorted { $0.tag < $1.tag }
        channel.transaction = ModelTransaction()
        expect(.reply(.rolledBack, batch: 0), on: channel, noWait: false)
    }
}
