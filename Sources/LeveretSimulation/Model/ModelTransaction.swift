import LeveretCore

/// What a channel in transaction mode has done since its last commit or rollback.
struct ModelTransaction {
    /// A message, and the queues that it was routed to when it was published.
    struct Publishing {
        let publishing: LeveretSimulation.Publishing
        let serial: Int
        let isPersistent: Bool
        let exchange: String
        let dueAt: UInt64?
        let destinations: [ModelQueue]
    }

    struct Settlement {
        var delivery: ModelDelivery
        let acknowledgement: Acknowledgement
    }

    var publishings: [Publishing] = []
    var settlements: [Settlement] = []

    /// Whether a durable queue has part in it, so that its commit may wait for the journal.
    var touchesDurableQueue: Bool {
        publishings.contains { $0.isPersistent && $0.destinations.contains(where: \.isDurable) }
            || settlements.contains(where: \.delivery.queue.isDurable)
    }
}
