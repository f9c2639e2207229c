import LeveretModel
import Testing

@Suite(.timeLimit(.minutes(2)))
struct TransactionContract {
    private struct Changed: Error {}

    @Test(arguments: Door.available)
    func `a transaction takes effect as a whole when its body returns`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, other) = (try await visit.channel(), try await visit.channel())
            let (first, second) = (try await visit.queue(channel, .durable), try await visit.queue(channel, .durable))
            let answer = try await channel.withTransaction {
                try await channel.publish("one", to: first)
                try await channel.publish("two", to: second)
                #expect(try await other.readyCount(first) == 0)
                return 42
            }
            #expect(answer == 42)
            #expect(try await other.drain(first) == ["one"])
            #expect(try await other.drain(second) == ["two"])
        }
    }

    @Test(arguments: Door.available)
    func `a transaction whose body throws never was, and the next one works`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, other) = (try await visit.channel(), try await visit.channel())
            let queue = try await visit.queue(channel)
            await #expect(throws: Changed.self) {
                try await channel.withTransaction {
                    try await channel.publish("lost", to: queue)
                    throw Changed()
                }
            }
            try await channel.withTransaction { try await channel.publish("kept", to: queue) }
            #expect(try await other.drain(queue) == ["kept"])
        }
    }

    @Test(arguments: Door.available)
    func `a message moves from queue to queue, or stays where it is`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, other) = (try await visit.channel(), try await visit.channel())
            let (source, target) = (try await visit.queue(channel, .durable), try await visit.queue(channel, .durable))
            try await other.fill(source, ["message"])
            let delivery = try #require(try await channel.get(source))
            await #expect(throws: Changed.self) {
                try await channel.withTransaction {
                    try await channel.publish(delivery.body.string, to: target)
                    try await delivery.ack()
                    throw Changed()
                }
            }
            #expect(try await other.readyCount(target) == 0)
            try await channel.withTransaction {
                try await channel.publish(delivery.body.string, to: target)
                try await delivery.ack()
            }
            try await channel.close()
            #expect(try await other.drain(source) == [])
            #expect(try await other.drain(target) == ["message"])
        }
    }

    @Test(arguments: Door.available)
    func `consumers acknowledge in transactions`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, other) = (try await visit.channel(), try await visit.channel())
            let (source, target) = (try await visit.queue(channel), try await visit.queue(channel))
            try await other.fill(source, ["1", "2", "3"])
            try await channel.consume(source, prefetch: 1) { deliveries in
                var count = 0
                for try await delivery in deliveries {
                    try await channel.withTransaction {
                        try await channel.publish(delivery.body.string, to: target)
                        try await delivery.ack()
                    }
                    count += 1
                    if count == 3 { break }
                }
            }
            #expect(try await other.drain(target) == ["1", "2", "3"])
            #expect(try await other.readyCount(source) == 0)
        }
    }

    @Test(arguments: Door.available)
    func `an unroutable mandatory message is told after the commit of the rest`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, other) = (try await visit.channel(), try await visit.channel())
            let queue = try await visit.queue(channel)
            await #expect(throws: PublishError.self) {
                try await channel.withTransaction {
                    try await channel.publish("kept", to: queue)
                    try await channel.publish("returned", to: visit.queueName())
                }
            }
            #expect(try await other.drain(queue) == ["kept"])
        }
    }

    @Test(arguments: Door.available)
    func `a channel is for confirms or for transactions`(_ door: Door) async throws {
        try await door.open { visit in
            let (confirming, transactional) = (try await visit.channel(), try await visit.channel())
            let queue = try await visit.queue(confirming)
            try await confirming.publish("confirmed", to: queue)
            await expectError(.preconditionFailed) { try await confirming.withTransaction {} }
            try await confirming.publish("the channel still works", to: queue)
            try await transactional.withTransaction {}
            await expectError(.preconditionFailed) { try await transactional.publish("outside", to: queue) }
            let delivery = try #require(try await transactional.get(queue))
            await expectError(.preconditionFailed) { try await delivery.ack() }
            try await transactional.withTransaction { try await delivery.ack() }
            await expectError(.preconditionFailed) {
                try await transactional.withTransaction { try await transactional.withTransaction {} }
            }
            #expect(try await confirming.drain(queue) == ["the channel still works"])
        }
    }

    @Test(arguments: Door.available)
    func `publishing to a missing exchange ends the transaction and its channel`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, other) = (try await visit.channel(), try await visit.channel())
            let queue = try await visit.queue(other)
            await expectError(.notFound) {
                try await channel.withTransaction {
                    try await channel.publish("lost", to: queue)
                    try await channel.publish("lost", exchange: visit.exchangeName(), routingKey: "")
                }
            }
            #expect(try await other.readyCount(queue) == 0)
        }
    }
}
