import LeveretModel
import Testing

@Suite(.timeLimit(.minutes(2)))
struct DeclaringContract {
    @Test(arguments: Door.available)
    func `a declared queue is there and can be declared again`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = visit.queueName()
            let declaration = try await channel.declareQueue(name, .durable)
            #expect(declaration == QueueDeclaration(name: name, messageCount: 0, consumerCount: 0))
            try await channel.fill(name, ["one", "two"])
            #expect(try await channel.declareQueue(name, .durable).messageCount == 2)
            #expect(try await channel.inspectQueue(name).messageCount == 2)
        }
    }

    @Test(arguments: Door.available)
    func `the broker names a queue that is declared without a name`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let first = try await channel.declareQueue(.serverNamed, .exclusive)
            let second = try await channel.declareQueue(.serverNamed, .exclusive)
            #expect(first.name.rawValue.hasPrefix("amq.gen-"))
            #expect(first.name != second.name)
        }
    }

    @Test(arguments: Door.available)
    func `a queue cannot be declared again with other options`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel, .durable)
            await expectError(.preconditionFailed) {
                _ = try await channel.declareQueue(name, .transient)
            }
        }
    }

    @Test(arguments: Door.available)
    func `an exchange cannot be declared again with another type`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.exchange(channel, .direct)
            try await channel.declareExchange(name, .direct, .transient)
            await expectError(.preconditionFailed) {
                try await channel.declareExchange(name, .fanout, .transient)
            }
        }
    }

    @Test(arguments: Door.available)
    func `a missing queue is not found`(_ door: Door) async throws {
        try await door.open { visit in
            let name = visit.queueName()
            let first = try await visit.channel()
            await expectError(.notFound) { _ = try await first.inspectQueue(name) }
            let second = try await visit.channel()
            await expectError(.notFound) { _ = try await second.get(name) }
            let third = try await visit.channel()
            await expectError(.notFound) { _ = try await third.purgeQueue(name) }
            let fourth = try await visit.channel()
            await expectError(.notFound) { try await fourth.consume(name) { _ in } }
        }
    }

    @Test(arguments: Door.available)
    func `deleting gives the number of ready messages and forgives a missing queue`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one", "two", "three"])
            #expect(try await channel.deleteQueue(name) == 3)
            #expect(try await channel.deleteQueue(name) == 0)
            try await channel.deleteExchange(visit.exchangeName())
        }
    }

    @Test(arguments: Door.available)
    func `a queue is not deleted if it holds messages and must be empty`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one"])
            await expectError(.preconditionFailed) {
                try await channel.deleteQueue(name, ifUnused: false, ifEmpty: true)
            }
            #expect(try await visit.channel().readyCount(name) == 1)
        }
    }

    @Test(arguments: Door.available)
    func `an exchange is not deleted if it has bindings and must be unused`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let queue = try await visit.queue(channel)
            let exchange = try await visit.exchange(channel, .fanout)
            try await channel.bindQueue(queue, to: exchange)
            await expectError(.preconditionFailed) {
                try await channel.deleteExchange(exchange, ifUnused: true)
            }
            let another = try await visit.channel()
            try await another.unbindQueue(queue, from: exchange)
            try await another.deleteExchange(exchange, ifUnused: true)
        }
    }

    @Test(arguments: Door.available)
    func `purging drops ready messages and leaves unacknowledged ones`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one", "two", "three"])
            let held = try #require(try await channel.get(name))
            #expect(try await channel.purgeQueue(name) == 2)
            #expect(try await channel.readyCount(name) == 0)
            try await held.nack()
            #expect(try await channel.drain(name) == ["one"])
        }
    }

    @Test(arguments: Door.available)
    func `only its owner may use an exclusive queue, and it goes with the owner`(_ door: Door) async throws {
        try await door.open { visit in
            let name = visit.queueName()
            try await visit.withOwner { owner in
                _ = try await owner.declareQueue(name, .exclusive)
                try await owner.fill(name, ["one"])
                let stranger = try await visit.channel()
                await expectError(.resourceLocked) { _ = try await stranger.get(name) }
                #expect(try await owner.drain(name) == ["one"])
            }
            let channel = try await visit.channel()
            await expectError(.notFound) { _ = try await channel.inspectQueue(name) }
        }
    }
}
