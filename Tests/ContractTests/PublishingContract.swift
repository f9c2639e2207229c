import LeveretModel
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PublishingContract {
    @Test(arguments: Door.available)
    func `a confirmed message is in its queue`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel, .durable)
            try await channel.publish("hello", to: name)
            let delivery = try #require(try await visit.channel().get(name, noAcknowledge: true))
            #expect(delivery.body.string == "hello")
            #expect(delivery.exchange == .default)
            #expect(delivery.routingKey == name.rawValue)
            #expect(!delivery.isRedelivered)
            #expect(delivery.remainingCount == 0)
        }
    }

    @Test(arguments: Door.available)
    func `a mandatory message to a missing queue is unroutable`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let error = await #expect(throws: PublishError.self) {
                try await channel.publish("hello", to: visit.queueName())
            }
            guard case .unroutable(let code, _)? = error else {
                Issue.record("\(String(describing: error)) is not unroutable")
                return
            }
            #expect(code == .noRoute)
            let name = try await visit.queue(channel)
            try await channel.publish("the channel still works", to: name)
        }
    }

    @Test(arguments: Door.available)
    func `only the unroutable ones among pipelined messages fail`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            let missing = visit.queueName()
            var confirmations: [(isRoutable: Bool, PublishConfirmation)] = []
            for number in 0..<60 {
                let target = number % 3 == 0 ? missing : name
                let confirmation = try await channel.publishPipelined(
                    "same body",
                    exchange: .default,
                    routingKey: target.rawValue,
                    properties: .persistent,
                    mandatory: number % 2 == 0
                )
                confirmations.append((target == name || number % 2 != 0, confirmation))
            }
            for (isRoutable, confirmation) in confirmations {
                if isRoutable {
                    try await confirmation.wait()
                } else {
                    await #expect(throws: PublishError.self) { try await confirmation.wait() }
                }
            }
            #expect(try await channel.readyCount(name) == 40)
        }
    }

    @Test(arguments: Door.available)
    func `a message that is not mandatory may match no queue`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let exchange = try await visit.exchange(channel, .direct)
            try await channel.publish("hello", exchange: exchange, routingKey: "nowhere")
        }
    }

    @Test(arguments: Door.available)
    func `pipelined messages are all confirmed and keep their order`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel, .durable)
            let bodies = (0..<6000).map { "message \($0)" }
            var confirmations: [PublishConfirmation] = []
            for body in bodies {
                confirmations.append(
                    try await channel.publishPipelined(
                        body,
                        exchange: .default,
                        routingKey: name.rawValue,
                        properties: .persistent,
                        mandatory: false
                    )
                )
            }
            for confirmation in confirmations { try await confirmation.wait() }
            #expect(try await channel.readyCount(name) == 6000)
            let taken = try await channel.consume(name, prefetch: 100) { deliveries in
                var taken: [String] = []
                for try await batch in deliveries.batches {
                    taken += batch.map(\.body.string)
                    if let last = batch.last { try await channel.acknowledge(last.deliveryTag, multiple: true) }
                    if taken.count == bodies.count { break }
                }
                return taken
            }
            #expect(taken == bodies)
        }
    }

    @Test(arguments: Door.available)
    func `messages published together are all confirmed and keep their order`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel, .durable)
            let long = String(repeating: "long", count: 100_000)
            let bodies = (0..<4500).map { "message \($0)" } + [long, long, "", "last"]
            try await channel.publish(contentsOf: bodies, to: name)
            try await channel.publish(contentsOf: [String](), to: name)
            #expect(try await channel.readyCount(name) == UInt32(bodies.count))
            let taken = try await channel.consume(name, ConsumeOptions(noAcknowledge: true)) { deliveries in
                var taken: [String] = []
                for try await delivery in deliveries {
                    taken.append(delivery.body.string)
                    if taken.count == bodies.count { break }
                }
                return taken
            }
            #expect(taken == bodies)
        }
    }

    @Test(arguments: Door.available)
    func `one message that fails fails those published with it`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let full = try await visit.queue(
                channel,
                QueueOptions(
                    durable: true,
                    arguments: [
                        "x-max-length": 2, "x-overflow": "reject-publish",
                    ]
                )
            )
            await #expect(throws: PublishError.self) {
                try await channel.publish(contentsOf: ["one", "two", "three"], to: full)
            }
            #expect(try await channel.readyCount(full) == 2)
            await #expect(throws: PublishError.self) {
                try await channel.publish(contentsOf: ["nobody", "gets", "it"], to: visit.queueName())
            }
            await expectError(.notFound) {
                try await channel.publishPipelined(
                    contentsOf: ["a", "b"],
                    exchange: visit.exchangeName(),
                    routingKey: "",
                    properties: .persistent,
                    mandatory: false
                ).wait()
            }
        }
    }

    @Test(arguments: Door.available)
    func `messages published together in a transaction come when it is committed`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel, .durable)
            try await channel.withTransaction {
                try await channel.publish(contentsOf: ["one", "two", "three"], to: name)
                let count = try await visit.channel().readyCount(name)
                #expect(count == 0)
            }
            #expect(try await visit.channel().readyCount(name) == 3)
        }
    }

    @Test(arguments: Door.available)
    func `publishing to a missing exchange closes the channel`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            await expectError(.notFound) {
                try await channel.publish("hello", exchange: visit.exchangeName(), routingKey: "")
            }
            await expectError(.notFound) { _ = try await channel.declareQueue(visit.queueName()) }
        }
    }

    @Test(arguments: Door.available)
    func `an internal exchange takes no messages from programs`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let exchange = try await visit.exchange(channel, .fanout, ExchangeOptions(internal: true))
            await expectError(.accessRefused) {
                try await channel.publish("hello", exchange: exchange, routingKey: "")
            }
        }
    }

    @Test(arguments: Door.available, [0, 1, 4095, 131_064, 131_065, 1_000_000])
    func `bodies of any size arrive whole`(_ door: Door, _ size: Int) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            try await channel.publish(body, to: name)
            try await channel.publish(body, to: name)
            let got = try #require(try await channel.get(name, noAcknowledge: true))
            #expect(got.body.bytes == body)
            let consumed = try await channel.consume(name) { deliveries in
                let iterator = deliveries.makeAsyncIterator()
                return try await iterator.next()
            }
            #expect(consumed?.body.bytes == body)
        }
    }

    @Test(arguments: Door.available)
    func `properties arrive as they were sent`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            var properties = BasicProperties.persistent
            properties.contentType = "text/plain"
            properties.contentEncoding = "identity"
            properties.headers = Self.headers
            properties.priority = 3
            properties.correlationID = "the request"
            properties.replyTo = "the answers"
            properties.expiration = "3600000"
            properties.messageID = "the message"
            properties.timestamp = 1_700_000_000
            properties.type = "greeting"
            properties.userID = "guest"
            properties.appID = "the contract"
            try await channel.publish("hello", to: name, properties: properties)
            try await channel.publish("hello", to: name, properties: BasicProperties())
            let first = try #require(try await channel.get(name, noAcknowledge: true))
            #expect(first.properties == properties)
            let second = try #require(try await channel.get(name, noAcknowledge: true))
            #expect(second.properties == BasicProperties())
        }
    }

    private static let headers: FieldTable = [
        "flag": true, "number": 42, "text": "grüße",
        "small": .int32(-7), "double": .double(0.5), "bytes": .bytes([0, 255]), "nothing": .void,
        "time": .timestamp(1_700_000_000), "list": .array(["a", 1, false]),
        "table": .table(["inner": .table([:])]),
    ]
}
