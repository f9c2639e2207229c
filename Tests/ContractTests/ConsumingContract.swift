import LeveretModel
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ConsumingContract {
    @Test(arguments: Door.available)
    func `a consumer gets what is there and what comes, in order`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, publisher) = (try await visit.channel(), try await visit.channelOfAnotherOwner())
            let name = try await visit.queue(channel)
            try await publisher.fill(name, ["one", "two"])
            let bodies = try await channel.consume(name) { deliveries in
                var bodies: [String] = []
                for try await delivery in deliveries {
                    bodies.append(delivery.body.string)
                    #expect(delivery.deliveryTag == UInt64(bodies.count))
                    #expect(!delivery.isRedelivered)
                    try await delivery.ack()
                    if bodies.count == 2 { try await publisher.fill(name, ["three"]) }
                    if bodies.count == 3 { break }
                }
                return bodies
            }
            #expect(bodies == ["one", "two", "three"])
            #expect(try await channel.readyCount(name) == 0)
        }
    }

    @Test(arguments: Door.available)
    func `never more than the prefetch window is unacknowledged`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, observer) = (try await visit.channel(), try await visit.channelOfAnotherOwner())
            let name = try await visit.queue(channel)
            try await channel.fill(name, (1...10).map(String.init))
            try await channel.consume(name, prefetch: 3) { deliveries in
                let iterator = deliveries.makeAsyncIterator()
                for _ in 1...3 { _ = try await iterator.next() }
                #expect(try await observer.readyCount(name) == 7)
                for taken in 4...10 {
                    try await channel.acknowledge(UInt64(taken - 3), multiple: false)
                    #expect(try await iterator.next()?.deliveryTag == UInt64(taken))
                    #expect(try await observer.readyCount(name) == UInt32(10 - taken))
                }
            }
        }
    }

    @Test(arguments: Door.available)
    func `two consumers of a channel have a window each`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let (first, second) = (try await visit.queue(channel), try await visit.queue(channel))
            for name in [first, second] { try await channel.fill(name, (1...5).map(String.init)) }
            try await channel.consume(first, prefetch: 1) { ones in
                try await channel.consume(second, prefetch: 4) { fours in
                    let (one, four) = (ones.makeAsyncIterator(), fours.makeAsyncIterator())
                    _ = try await one.next()
                    for _ in 1...4 { _ = try await four.next() }
                    #expect(try await channel.readyCount(first) == 4)
                    #expect(try await channel.readyCount(second) == 1)
                }
            }
        }
    }

    @Test(arguments: Door.available)
    func `without acknowledgement everything comes at once`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            let bodies = (1...300).map(String.init)
            try await channel.fill(name, bodies)
            let options = ConsumeOptions(prefetch: 1, noAcknowledge: true)
            let taken = try await channel.consume(name, options) { deliveries in
                var taken: [String] = []
                for try await delivery in deliveries {
                    taken.append(delivery.body.string)
                    if taken.count == bodies.count { break }
                }
                return taken
            }
            #expect(taken == bodies)
            try await channel.close()
            #expect(try await visit.channel().readyCount(name) == 0)
        }
    }

    @Test(arguments: Door.available)
    func `batches hold all deliveries in order and are never empty`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            let bodies = (1...500).map(String.init)
            try await channel.fill(name, bodies)
            let taken = try await channel.consume(name, prefetch: 50) { deliveries in
                var taken: [String] = []
                for try await batch in deliveries.batches {
                    let last = try #require(batch.last)
                    taken += batch.map(\.body.string)
                    try await channel.acknowledge(last.deliveryTag, multiple: true)
                    if taken.count == bodies.count { break }
                }
                return taken
            }
            #expect(taken == bodies)
        }
    }

    @Test(arguments: Door.available)
    func `a consumer is there while its closure runs`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.consume(name, ConsumeOptions(tag: "the tag")) { deliveries in
                #expect(deliveries.consumerTag == "the tag")
                #expect(try await channel.inspectQueue(name).consumerCount == 1)
                let (tag, count) = try await channel.consume(name) { other in
                    (other.consumerTag, try await channel.inspectQueue(name).consumerCount)
                }
                #expect(!tag.isEmpty)
                #expect(count == 2)
            }
            #expect(try await channel.inspectQueue(name).consumerCount == 0)
        }
    }

    @Test(arguments: Door.available)
    func `a consumer is cancelled when its closure throws`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            await #expect(throws: Unexpected.self) {
                try await channel.consume(name) { _ in throw Unexpected("on purpose") }
            }
            #expect(try await channel.inspectQueue(name).consumerCount == 0)
        }
    }

    @Test(arguments: Door.available)
    func `deleting the queue ends the deliveries`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, other) = (try await visit.channel(), try await visit.channelOfAnotherOwner())
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one"])
            let count = try await channel.consume(name) { deliveries in
                var count = 0
                for try await delivery in deliveries {
                    try await delivery.ack()
                    count += 1
                    try await other.deleteQueue(name)
                }
                return count
            }
            #expect(count == 1)
            _ = try await channel.declareQueue(name)
        }
    }

    @Test(arguments: Door.available)
    func `an exclusive consumer is the only one`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, other) = (try await visit.channel(), try await visit.channelOfAnotherOwner())
            let name = try await visit.queue(channel)
            try await channel.consume(name, ConsumeOptions(exclusive: true)) { _ in
                await expectError(.accessRefused) { try await other.consume(name) { _ in } }
            }
        }
    }

    @Test(arguments: Door.available)
    func `cancelling the task ends the deliveries`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one"])
            let (started, report) = AsyncStream.makeStream(of: Void.self)
            let consuming = Task {
                try await channel.consume(name) { deliveries in
                    for try await delivery in deliveries {
                        try await delivery.ack()
                        report.yield()
                    }
                }
            }
            for await _ in started { break }
            consuming.cancel()
            // It may end quietly or say that it was cancelled, but it ends.
            _ = await consuming.result
            #expect(try await channel.readyCount(name) == 0)
        }
    }

    @Test(arguments: Door.available)
    func `a queue that goes with its last consumer is gone after it`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel, .autoDelete)
            try await channel.consume(name) { _ in }
            await expectError(.notFound) { _ = try await channel.inspectQueue(name) }
        }
    }
}
