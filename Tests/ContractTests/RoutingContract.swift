import LeveretModel
import Testing

@Suite(.timeLimit(.minutes(2)))
struct RoutingContract {
    @Test(arguments: Door.available)
    func `a direct exchange routes by the equal key, once per queue`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let exchange = try await visit.exchange(channel, .direct)
            let queue = try await visit.queue(channel)
            try await channel.bindQueue(queue, to: exchange, routingKey: "red")
            try await channel.bindQueue(queue, to: exchange, routingKey: "red")
            try await channel.bindQueue(queue, to: exchange, routingKey: "green")
            for key in ["red", "green", "blue", "re", ""] {
                try await channel.publish(key, exchange: exchange, routingKey: key)
            }
            #expect(try await channel.drain(queue) == ["red", "green"])
            try await channel.unbindQueue(queue, from: exchange, routingKey: "red")
            for key in ["red", "green"] { try await channel.publish(key, exchange: exchange, routingKey: key) }
            #expect(try await channel.drain(queue) == ["green"])
        }
    }

    @Test(arguments: Door.available)
    func `a fanout exchange routes to every queue`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let exchange = try await visit.exchange(channel, .fanout)
            let queues = [try await visit.queue(channel), try await visit.queue(channel)]
            for queue in queues { try await channel.bindQueue(queue, to: exchange, routingKey: "ignored") }
            try await channel.publish("hello", exchange: exchange, routingKey: "whatever")
            for queue in queues { #expect(try await channel.drain(queue) == ["hello"]) }
        }
    }

    @Test(
        arguments: Door.available,
        [
            ("stock.*.nyse", ["stock.ibm.nyse"]), ("stock.#", ["stock", "stock.ibm", "stock.ibm.nyse"]),
            ("#", ["stock", "stock.ibm", "stock.ibm.nyse", "", "bond.ibm"]), ("*", ["stock", ""]),
            ("#.ibm", ["stock.ibm", "bond.ibm"]),
        ]
    )
    func `a topic exchange routes by words`(_ door: Door, _ pattern: (key: String, matches: [String])) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let exchange = try await visit.exchange(channel, .topic)
            let queue = try await visit.queue(channel)
            try await channel.bindQueue(queue, to: exchange, routingKey: pattern.key)
            for key in ["stock", "stock.ibm", "stock.ibm.nyse", "", "bond.ibm"] {
                try await channel.publish(key, exchange: exchange, routingKey: key)
            }
            // An empty key is one empty word for RabbitMQ's `*`, or none; only what both agree on is promised.
            let taken = try await channel.drain(queue).filter { pattern.key != "*" || !$0.isEmpty }
            #expect(taken == pattern.matches.filter { pattern.key != "*" || !$0.isEmpty })
        }
    }

    @Test(arguments: Door.available)
    func `a headers exchange routes by all or any headers`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let exchange = try await visit.exchange(channel, .headers)
            let (all, any) = (try await visit.queue(channel), try await visit.queue(channel))
            try await channel.bindQueue(
                all,
                to: exchange,
                routingKey: "",
                arguments: ["x-match": "all", "color": "red", "size": 3]
            )
            try await channel.bindQueue(
                any,
                to: exchange,
                routingKey: "",
                arguments: ["x-match": "any", "color": "red", "size": 3]
            )
            let messages: [(String, FieldTable)] = [
                ("both", ["color": "red", "size": 3]), ("one", ["color": "red", "size": 4]),
                ("none", ["color": "blue"]),
            ]
            for (body, headers) in messages {
                var properties = BasicProperties()
                properties.headers = headers
                try await channel.publish(body, exchange: exchange, routingKey: "", properties: properties)
            }
            #expect(try await channel.drain(all) == ["both"])
            #expect(try await channel.drain(any) == ["both", "one"])
        }
    }

    @Test(arguments: Door.available)
    func `exchanges bound to exchanges give one copy per queue`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let source = try await visit.exchange(channel, .topic)
            let (left, right) = (
                try await visit.exchange(channel, .fanout), try await visit.exchange(channel, .fanout)
            )
            let queue = try await visit.queue(channel)
            try await channel.bindExchange(left, to: source, routingKey: "a.*", arguments: [:])
            try await channel.bindExchange(right, to: source, routingKey: "*.b", arguments: [:])
            try await channel.bindQueue(queue, to: left)
            try await channel.bindQueue(queue, to: right)
            for key in ["a.b", "a.c", "c.b", "c.c"] {
                try await channel.publish(key, exchange: source, routingKey: key)
            }
            #expect(try await channel.drain(queue) == ["a.b", "a.c", "c.b"])
            try await channel.unbindExchange(left, from: source, routingKey: "a.*", arguments: [:])
            try await channel.publish("a.c", exchange: source, routingKey: "a.c")
            #expect(try await channel.drain(queue) == [])
        }
    }

    @Test(arguments: Door.available)
    func `binding to what is missing is an error`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let queue = try await visit.queue(channel)
            await expectError(.notFound) { try await channel.bindQueue(queue, to: visit.exchangeName()) }
        }
    }
}
