import LeveretClient
import LeveretModel

/// Publishes every order until the broker has confirmed it.
struct OrderService {
    static let queue: QueueName = "order.created"

    let configuration: ConnectionConfiguration
    let policy: ReconnectPolicy
    let ledger: DemoLedger

    /// How many orders may be unconfirmed.
    private static let window = 200

    func run() async throws {
        try await AMQPConnection.withReconnectingConnection(
            configuration,
            policy: policy,
            logger: BrokerSession.silent
        ) { connection in
            try await connection.withChannel { channel in
                _ = try await channel.declareQueue(Self.queue, .durable)
                try await publish(on: channel)
            }
        }
    }

    /// Begins with those whose confirm did not come before the connection was lost; some of them may be there twice.
    private func publish(on channel: ClientChannel) async throws {
        var waiting: [(order: Int, confirmation: PublishConfirmation)] = []
        for order in ledger.unconfirmed {
            if waiting.count >= Self.window { try await confirm(waiting.removeFirst()) }
            let confirmation = try await channel.publishPipelined(
                Self.body(of: order),
                exchange: .default,
                routingKey: Self.queue.rawValue,
                properties: Self.properties(of: order),
                mandatory: true
            )
            ledger.notePublished(order)
            waiting.append((order, confirmation))
        }
        for entry in waiting { try await confirm(entry) }
    }

    private func confirm(_ entry: (order: Int, confirmation: PublishConfirmation)) async throws {
        try await entry.confirmation.wait()
        ledger.noteConfirmed(entry.order)
    }

    static func body(of order: Int) -> String {
        #"{"order":\#(order),"customer":"customer-\#(order % 97)","total":"\#(order % 500 + 1).00"}"#
    }

    private static func properties(of order: Int) -> BasicProperties {
        var properties = BasicProperties.persistent
        properties.contentType = "application/json"
        properties.messageID = String(order)
        properties.type = "order.created"
        return properties
    }
}
