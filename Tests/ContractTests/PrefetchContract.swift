import LeveretClient
import LeveretModel
import Testing

/// The prefetch of a running consumer, changed from its own deliveries.
@Suite(.timeLimit(.minutes(2)))
struct PrefetchContract {
    /// RabbitMQ cannot do it.
    private static let doors = Door.available.filter { $0 != .rabbitMQ }

    /// Opens two channels of different owners, over connections on which the prefetch can be changed.
    private func open(
        _ door: Door,
        _ body: (any MessageChannel, any MessageChannel) async throws -> Void
    ) async throws {
        guard Door.networks.contains(door) else {
            return try await door.open { visit in
                try await body(try await visit.channel(), try await visit.channelOfAnotherOwner())
            }
        }
        try await door.openAddress { configuration in
            var configuration = configuration
            configuration.qosAppliesToExisting = true
            try await AMQPConnection.withConnection(configuration) { connection in
                try await body(try await connection.openChannel(), try await connection.openChannel())
            }
        }
    }

    @Test(arguments: doors)
    func `a higher prefetch lets more come at once`(_ door: Door) async throws {
        try await open(door) { channel, observer in
            let queue = try await observer.declareQueue().name
            try await observer.fill(queue, (1...9).map(String.init))
            try await channel.consume(queue, prefetch: 1) { deliveries in
                let iterator = deliveries.makeAsyncIterator()
                #expect(try await iterator.next()?.body.string == "1")
                #expect(try await observer.readyCount(queue) == 8)
                try await deliveries.setPrefetch(4)
                for number in 2...4 { #expect(try await iterator.next()?.body.string == "\(number)") }
                #expect(try await observer.readyCount(queue) == 5)
                try await deliveries.setPrefetch(0)
                for number in 5...9 { #expect(try await iterator.next()?.body.string == "\(number)") }
            }
        }
    }

    @Test(arguments: doors)
    func `a lower prefetch waits until enough is acknowledged`(_ door: Door) async throws {
        try await open(door) { channel, observer in
            let queue = try await observer.declareQueue().name
            try await observer.fill(queue, (1...9).map(String.init))
            try await channel.consume(queue, prefetch: 4) { deliveries in
                let iterator = deliveries.makeAsyncIterator()
                for _ in 1...4 { _ = try await iterator.next() }
                try await deliveries.setPrefetch(2)
                try await channel.acknowledge(2, multiple: true)
                // The answer to a later method tells that the acknowledgement has been dealt with.
                #expect(try await channel.readyCount(queue) == 5)
                try await channel.acknowledge(3, multiple: false)
                #expect(try await iterator.next()?.body.string == "5")
                #expect(try await channel.readyCount(queue) == 4)
            }
        }
    }

    @Test(arguments: Door.networks)
    func `over a connection that has not asked for it the prefetch stays, and the channel too`(
        _ door: Door
    ) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let queue = try await visit.queue(channel)
            try await channel.consume(queue, prefetch: 1) { deliveries in
                await expectError(.notImplemented) { try await deliveries.setPrefetch(2) }
            }
            #expect(try await channel.readyCount(queue) == 0)
        }
    }
}
