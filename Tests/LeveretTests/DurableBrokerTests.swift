import Leveret
import LeveretTestSupport
import Testing

@Suite("A broker in a directory")
struct DurableBrokerTests {
    @Test func `a confirmed message is there after a restart, and not redelivered`() async throws {
        let directory = try TemporaryDirectory()
        let configuration = BrokerConfiguration(storage: .directory(directory.path))
        try await Broker.run(configuration) { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders", .durable)
                try await channel.publish("first", to: orders)
                try await channel.publish("second", to: orders)
            }
        }
        try await Broker.run(configuration) { broker in
            try await broker.withChannel { channel in
                let first = try #require(try await channel.get("orders"))
                #expect(first.body.string == "first")
                #expect(!first.isRedelivered)
                #expect(first.remainingCount == 1)
                try await first.ack()
            }
        }
        try await Broker.run(configuration) { broker in
            let left = try await broker.withChannel { try await $0.inspectQueue("orders").messageCount }
            #expect(left == 1)
        }
    }

    @Test func `a message that was delivered and not acknowledged comes back as redelivered`() async throws {
        let directory = try TemporaryDirectory()
        let configuration = BrokerConfiguration(storage: .directory(directory.path))
        try await Broker.run(configuration) { broker in
            try await broker.withChannel { channel in
                try await channel.publish("seen", to: try await channel.declareQueue("orders", .durable))
                try await channel.publish("unseen", to: "orders")
                _ = try await channel.get("orders")
            }
        }
        try await Broker.run(configuration) { broker in
            try await broker.withChannel { channel in
                let first = try await channel.get("orders")?.isRedelivered
                #expect(first == true)
                let second = try await channel.get("orders")?.isRedelivered
                #expect(second == false)
            }
        }
    }

    @Test func `transient messages and transient queues are gone after a restart`() async throws {
        let directory = try TemporaryDirectory()
        let configuration = BrokerConfiguration(storage: .directory(directory.path))
        try await Broker.run(configuration) { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders", .durable)
                _ = try await channel.declareQueue("notes", .transient)
                try await channel.publish("a", to: orders, properties: BasicProperties())
                try await channel.publish("b", to: "notes")
            }
        }
        try await Broker.run(configuration) { broker in
            try await broker.withChannel { channel in
                let left = try await channel.inspectQueue("orders").messageCount
                #expect(left == 0)
            }
            await #expect(throws: AMQPError.self) {
                try await broker.withChannel { try await $0.inspectQueue("notes") }
            }
        }
    }

    @Test func `exchanges, bindings and their routing are there after a restart`() async throws {
        let directory = try TemporaryDirectory()
        let configuration = BrokerConfiguration(storage: .directory(directory.path))
        try await Broker.run(configuration) { broker in
            try await broker.withChannel { channel in
                try await channel.declareExchange("events", .topic, .durable)
                _ = try await channel.declareQueue("audit", .durable)
                try await channel.bindQueue("audit", to: "events", routingKey: "order.*")
            }
        }
        try await Broker.run(configuration) { broker in
            try await broker.withChannel { channel in
                try await channel.publish("x", exchange: "events", routingKey: "order.created", mandatory: true)
                let left = try await channel.inspectQueue("audit").messageCount
                #expect(left == 1)
            }
        }
    }

    @Test func `a backlog larger than the memory for it is delivered in order`() async throws {
        let directory = try TemporaryDirectory()
        let configuration = BrokerConfiguration(storage: .directory(directory.path), residentBytes: 1 << 20)
        let body = [UInt8](repeating: 7, count: 10_000)
        try await Broker.run(configuration) { broker in
            try await broker.withChannel { channel in
                let backlog = try await channel.declareQueue("backlog", .durable)
                var confirmations: [PublishConfirmation] = []
                for number in 0..<1000 {
                    var properties = BasicProperties.persistent
                    properties.messageID = String(number)
                    confirmations.append(
                        try await channel.publishPipelined(
                            body,
                            exchange: .default,
                            routingKey: "backlog",
                            properties: properties,
                            mandatory: true
                        )
                    )
                }
                for confirmation in confirmations { try await confirmation.wait() }
                let received = try await channel.consume(backlog, prefetch: 20) { deliveries in
                    var received: [String] = []
                    for try await delivery in deliveries {
                        #expect(delivery.body.count == 10_000)
                        received.append(delivery.properties.messageID ?? "")
                        try await delivery.ack()
                        if received.count == 1000 { break }
                    }
                    return received
                }
                #expect(received == (0..<1000).map(String.init))
            }
        }
    }

    @Test func `a second broker on the same directory is refused with a line that says why`() async throws {
        let directory = try TemporaryDirectory()
        let configuration = BrokerConfiguration(storage: .directory(directory.path))
        try await Broker.run(configuration) { _ in
            let error = #expect(throws: BrokerError.self) { try Broker(configuration) }
            #expect(error?.code == .dataDirectory)
            #expect(error?.text.contains(directory.path) == true)
            let opening = await #expect(throws: BrokerError.self) { try await Broker.open(configuration) }
            #expect(opening?.code == error?.code)
            #expect(opening?.text == error?.text)
        }
        let broker = try await Broker.open(configuration)
        await broker.shutDown()
    }
}
