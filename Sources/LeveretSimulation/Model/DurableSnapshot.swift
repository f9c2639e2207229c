import LeveretModel

/// What a core must hold after recovering from a batch.
struct DurableSnapshot: Equatable {
    struct Queue: Equatable {
        var name: String
        var autoDelete: Bool
        var arguments: FieldTable
        var messages: [ModelEntry.Record]
        var window: ModelWindow
    }

    var queues: [Queue] = []
    var exchanges: [ModelExchange] = []
    var bindings: [ModelBinding] = []

    /// A new broker has nothing but its predeclared exchanges.
    static var initial: DurableSnapshot { DurableSnapshot(exchanges: ModelExchange.predeclared) }

    /// Whether the journal has to be told of nothing to make one of the other: that a wait is over, it need not know.
    func isSame(as other: DurableSnapshot, at now: UInt64) -> Bool {
        forgettingWaits(at: now) == other.forgettingWaits(at: now)
    }

    private func forgettingWaits(at now: UInt64) -> DurableSnapshot {
        var snapshot = self
        for queue in snapshot.queues.indices {
            for message in snapshot.queues[queue].messages.indices {
                guard let dueAt = snapshot.queues[queue].messages[message].dueAt, dueAt <= now else { continue }
                snapshot.queues[queue].messages[message].dueAt = nil
            }
        }
        return snapshot
    }
}

extension ModelBroker {
    /// What is durable by its nature, as of now.
    var durableState: DurableSnapshot {
        var snapshot = DurableSnapshot()
        for queue in queues where queue.isDurable {
            snapshot.queues.append(
                DurableSnapshot.Queue(
                    name: queue.name,
                    autoDelete: queue.options.autoDelete,
                    arguments: queue.options.arguments,
                    messages: queue.entries.filter(\.isPersistent).map(\.record),
                    window: queue.window
                )
            )
        }
        snapshot.exchanges = exchanges.filter(\.options.durable)
        snapshot.bindings = bindings.filter(isDurable(_:))
        return snapshot
    }

    func isDurable(_ binding: ModelBinding) -> Bool {
        guard exchange(named: binding.source)?.options.durable == true else { return false }
        if binding.toExchange { return exchange(named: binding.destination)?.options.durable == true }
        return queue(named: binding.destination)?.isDurable == true
    }
}
