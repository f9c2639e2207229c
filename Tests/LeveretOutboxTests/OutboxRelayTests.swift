import Leveret
import LeveretOutbox
import Testing

@Suite(.timeLimit(.minutes(2)))
struct OutboxRelayTests {
    /// A queue that drops what it has had.
    private static let deduplicating = QueueOptions(durable: true, arguments: ["x-message-deduplication": true])

    private func withQueue(
        _ options: QueueOptions = .durable,
        _ body: (InProcessChannel, QueueName, ApplicationDatabase) async throws -> Void
    ) async throws {
        let database = try ApplicationDatabase()
        try await Broker.run(BrokerConfiguration(storage: .inMemory)) { broker in
            try await broker.withChannel { channel in
                let queue = try await channel.declareQueue("orders", options).name
                try await body(channel, queue, database)
            }
        }
    }

    private func drain(_ queue: QueueName, _ channel: InProcessChannel) async throws -> [Delivery] {
        var deliveries: [Delivery] = []
        while let delivery = try await channel.get(queue, noAcknowledge: true) { deliveries.append(delivery) }
        return deliveries
    }

    @Test func `messages of committed transactions are published in order, those of others never`() async throws {
        try await withQueue { channel, queue, database in
            try database.order("one", in: queue)
            try database.order("never", in: queue, commits: false)
            for number in 2...700 { try database.order("\(number)", in: queue) }
            let count = try await OutboxRelay(database: database.path).runOnce(publishingOn: channel)
            #expect(count == 700)
            let bodies = try await drain(queue, channel).map(\.body.string)
            #expect(bodies == ["one"] + (2...700).map(String.init))
            #expect(try database.count("orders") == 700)
            #expect(try database.count(OutboxTable.name) == 0)
        }
    }

    @Test func `a message keeps its properties and gets an identifier of its own`() async throws {
        try await withQueue { channel, queue, database in
            var properties = BasicProperties.persistent
            properties.type = "order"
            properties.headers = ["tenant": "north"]
            try OutboxMessage("a", to: queue, properties: properties).insert(into: database.handle)
            try OutboxMessage("b", to: queue, properties: properties).insert(into: database.handle)
            try database.execute(
                "INSERT INTO leveret_outbox (routing_key, body, content_type) VALUES ('orders', 'c', 'text/plain')"
            )
            try await OutboxRelay(database: database.path).runOnce(publishingOn: channel)
            let messages = try await drain(queue, channel)
            #expect(messages.map(\.body.string) == ["a", "b", "c"])
            expectProperties(of: messages)
        }
    }

    private func expectProperties(of messages: [Delivery]) {
        let properties = messages.map { $0.properties }
        #expect(properties.map { $0.type } == ["order", "order", nil])
        #expect(properties.map { $0.contentType } == [nil, nil, "text/plain"])
        #expect(properties.allSatisfy { $0.deliveryMode == .persistent })
        #expect(properties.map { $0.headers?["tenant"]?.string } == ["north", "north", nil])
        let identifiers = properties.compactMap { $0.messageID }
        #expect(Set(identifiers).count == 3)
        #expect(properties.map { $0.headers?["x-deduplication-header"]?.string } == identifiers)
    }

    @Test func `what was published and could not be deleted is published again and arrives once`() async throws {
        try await withQueue(Self.deduplicating) { channel, queue, database in
            for number in 1...5 { try database.order("\(number)", in: queue) }
            // While the application holds the lock, the relay can read and publish, and not delete.
            try database.execute("BEGIN IMMEDIATE")
            let path = database.path
            let relay = Task { try await OutboxRelay(database: path).runOnce(publishingOn: channel) }
            while try await channel.inspectQueue(queue).messageCount < 5 { await Task.yield() }
            relay.cancel()
            _ = try await relay.value
            try database.execute("ROLLBACK")
            #expect(try database.count(OutboxTable.name) == 5)
            try await OutboxRelay(database: path).runOnce(publishingOn: channel)
            #expect(try database.count(OutboxTable.name) == 0)
            #expect(try await drain(queue, channel).map(\.body.string) == ["1", "2", "3", "4", "5"])
        }
    }

    @Test func `a refused message stays until the queue takes it, and order holds one by one`() async throws {
        let full = QueueOptions(durable: true, arguments: ["x-max-length": 2, "x-overflow": "reject-publish"])
        try await withQueue(full) { channel, queue, database in
            for number in 1...4 { try database.order("\(number)", in: queue) }
            let relay = OutboxRelay(database: database.path, batchLimit: 1)
            #expect(try await relay.runOnce(publishingOn: channel) == 2)
            #expect(try database.count(OutboxTable.name) == 2)
            #expect(try await drain(queue, channel).map(\.body.string) == ["1", "2"])
            #expect(try await relay.runOnce(publishingOn: channel) == 2)
            #expect(try await drain(queue, channel).map(\.body.string) == ["3", "4"])
        }
    }

    @Test func `a message that has to reach a queue waits for it`() async throws {
        try await withQueue { channel, _, database in
            try OutboxMessage("early", to: "later").insert(into: database.handle)
            let event = OutboxMessage("event", exchange: "amq.fanout", routingKey: "", mandatory: false)
            let relay = OutboxRelay(database: database.path)
            #expect(try await relay.runOnce(publishingOn: channel) == 0)
            _ = try await channel.declareQueue("later", .durable)
            #expect(try await relay.runOnce(publishingOn: channel) == 1)
            #expect(try await drain("later", channel).map(\.body.string) == ["early"])
            try event.insert(into: database.handle)
            #expect(try await relay.runOnce(publishingOn: channel) == 1)
        }
    }

    @Test func `a running relay publishes what is committed once it is woken, and ends with its task`() async throws {
        try await withQueue { channel, queue, database in
            let relay = OutboxRelay(database: database.path, interval: .seconds(3600))
            let running = Task { try await relay.run(publishingOn: channel) }
            try await channel.consume(queue) { deliveries in
                let iterator = deliveries.makeAsyncIterator()
                for number in 1...3 {
                    try database.order("\(number)", in: queue)
                    // Until it runs there is nobody to wake.
                    let waking = Task { while !Task.isCancelled { relay.wake(); await Task.yield() } }
                    #expect(try await iterator.next()?.body.string == "\(number)")
                    waking.cancel()
                }
            }
            running.cancel()
            try await running.value
            #expect(try database.count(OutboxTable.name) == 0)
        }
    }

    @Test func `a database without the table, and no database, are told with what to do`() async throws {
        try await withQueue { channel, _, database in
            try database.execute("DROP TABLE leveret_outbox")
            let missing = await #expect(throws: OutboxError.self) {
                try await OutboxRelay(database: database.path).runOnce(publishingOn: channel)
            }
            #expect(missing?.code == .missingTable)
            #expect(missing?.reason.contains("--create") == true)
            try OutboxTable.create(inDatabase: database.path)
            #expect(try await OutboxRelay(database: database.path).runOnce(publishingOn: channel) == 0)
            let absent = await #expect(throws: OutboxError.self) {
                try await OutboxRelay(database: "/nowhere/app.db").runOnce(publishingOn: channel)
            }
            #expect(absent?.code == .database)
            #expect(absent?.reason.contains("/nowhere/app.db") == true)
        }
    }

    @Test func `properties that are none of AMQP's are told with their row, and nothing behind them is published`()
        async throws
    {
        try await withQueue { channel, queue, database in
            try database.execute(
                "INSERT INTO leveret_outbox (routing_key, body, properties) VALUES ('orders', 'x', x'ffff')"
            )
            try database.order("behind", in: queue)
            let error = await #expect(throws: OutboxError.self) {
                try await OutboxRelay(database: database.path).runOnce(publishingOn: channel)
            }
            #expect(error?.code == .invalidMessage)
            #expect(error?.reason.contains("row 1") == true)
            #expect(try await channel.inspectQueue(queue).messageCount == 0)
        }
    }
}
