import LeveretClient
import LeveretModel

/// Takes one order at a time; now and then its mail server is busy, and the order goes back into the queue.
struct EmailWorker {
    let configuration: ConnectionConfiguration
    let policy: ReconnectPolicy
    let ledger: DemoLedger

    /// Every so manieth order is put back the first time.
    private static let busyEvery = 100

    /// Works until it is cancelled.
    func run() async throws {
        try await AMQPConnection.withReconnectingConnection(
            configuration,
            policy: policy,
            logger: BrokerSession.silent
        ) { connection in
            try await connection.withChannel { channel in
                _ = try await channel.declareQueue(OrderService.queue, .durable)
                try await channel.consume(OrderService.queue, prefetch: 1) { deliveries in
                    for try await delivery in deliveries { try await handle(delivery) }
                }
            }
        }
    }

    private func handle(_ delivery: Delivery) async throws {
        let order = delivery.properties.messageID.flatMap { Int($0) } ?? -1
        guard ledger.noteDelivered(order, redelivered: delivery.isRedelivered) else { return try await delivery.ack() }
        if order.isMultiple(of: Self.busyEvery), !delivery.isRedelivered {
            ledger.noteRequeued()
            try await delivery.nack(requeue: true)
        } else {
            try await delivery.ack()
            ledger.noteAcknowledged(order)
        }
    }
}
