import LeveretModel

/// What a core must hold after recovering from a batch.
struct DurableSnapshot: Equatable {
    struct Queue: Equatable {
        var name: String
        var autoDelete: Bool
        var arguments: FieldTable
        var messages: [Message]
    }

    struct Message: Equatable {
        var serial: Int
        var message: ObservedMessage
    }

    var queues: [Queue] = []
    var exchanges: [ModelExchange] = []
    var bindings: [ModelBinding] = []

    /// A new broker has nothing but its predeclared exchanges.
    static let initial = DurableSnapshot(exchanges: ModelExchange.predeclared)
}

extension ModelBroker {
    /// What is durable by its nature, as of now.
    var durableState: DurableSnapshot {
        var snapshot = DurableSnapshot()
        for queue in queues where queue.isDurable {
            let messages = queue.entries.filter(\.isPersistent).map {
                DurableSnapshot.Message(serial: $0.serial, message: $0.message)
            }
            snapshot.queues.append(
                DurableSnapshot.Queue(
                    name: queue.name,
                    autoDelete: queue.options.autoDelete,
                    arguments: queue.options.arguments,
                    messages: messages
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
