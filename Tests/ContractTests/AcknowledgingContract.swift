import LeveretModel
import Testing

@Suite(.timeLimit(.minutes(2)))
struct AcknowledgingContract {
    @Test(arguments: Door.available)
    func `what is acknowledged does not come again`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one", "two"])
            try await channel.get(name)?.ack()
            let held = try #require(try await channel.get(name))
            #expect(held.body.string == "two")
            try await channel.close()
            #expect(try await visit.channel().drain(name) == ["two"])
        }
    }

    @Test(arguments: Door.available)
    func `requeued messages keep their order and are marked as redelivered`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one", "two", "three", "four"])
            let held = [try await channel.get(name), try await channel.get(name), try await channel.get(name)]
            try await held[1]?.nack()
            try await held[0]?.reject()
            try await held[2]?.nack()
            for body in ["one", "two", "three", "four"] {
                let delivery = try #require(try await channel.get(name))
                #expect(delivery.body.string == body)
                #expect(delivery.isRedelivered == (body != "four"))
            }
        }
    }

    @Test(arguments: Door.available)
    func `refused messages that do not go back are gone`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one", "two", "three"])
            try await channel.get(name)?.reject(requeue: false)
            try await channel.get(name)?.nack(requeue: false)
            try await channel.close()
            #expect(try await visit.channel().drain(name) == ["three"])
        }
    }

    @Test(arguments: Door.available)
    func `multiple means all up to the tag`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, (1...6).map(String.init))
            for _ in 1...6 { _ = try await channel.get(name) }
            try await channel.acknowledge(2, multiple: true)
            try await channel.nack(4, multiple: true, requeue: true)
            #expect(try await channel.drain(name) == ["3", "4"])
            try await channel.close()
            #expect(try await visit.channel().drain(name) == ["5", "6"])
        }
    }

    @Test(arguments: Door.available)
    func `an unknown delivery tag closes the channel`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            await expectError(.preconditionFailed) {
                try await channel.acknowledge(7, multiple: false)
                _ = try await channel.inspectQueue(name)
            }
        }
    }

    @Test(arguments: Door.available)
    func `recovering puts everything unacknowledged back`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one", "two"])
            _ = try await channel.get(name)
            _ = try await channel.get(name)
            try await channel.recover()
            let again = try #require(try await channel.get(name, noAcknowledge: true))
            #expect(again.body.string == "one")
            #expect(again.isRedelivered)
            #expect(try await channel.drain(name) == ["two"])
        }
    }

    @Test(arguments: Door.available)
    func `closing the channel puts everything unacknowledged back in order`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one", "two", "three"])
            try await channel.consume(name) { deliveries in
                let iterator = deliveries.makeAsyncIterator()
                _ = try await iterator.next()
                _ = try await iterator.next()
                _ = try await iterator.next()
            }
            try await channel.close()
            let other = try await visit.channel()
            let first = try #require(try await other.get(name, noAcknowledge: true))
            #expect(first.body.string == "one")
            #expect(first.isRedelivered)
            #expect(try await other.drain(name) == ["two", "three"])
        }
    }

    @Test(arguments: Door.available)
    func `what a consumer has not taken goes back when it ends`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one", "two", "three"])
            try await channel.consume(name) { _ in
                // Once nothing is ready any more, all three are on their way to the consumer.
                while try await channel.readyCount(name) > 0 {}
            }
            #expect(try await channel.readyCount(name) == 3)
            #expect(try await channel.drain(name) == ["one", "two", "three"])
        }
    }

    @Test(arguments: Door.available)
    func `what a consumer has taken stays unacknowledged when it ends`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.fill(name, ["one", "two", "three"])
            let taken = try await channel.consume(name) { deliveries in
                let iterator = deliveries.makeAsyncIterator()
                let taken = try await iterator.next()
                while try await channel.readyCount(name) > 0 {}
                return taken
            }
            #expect(try await channel.drain(name) == ["two", "three"])
            try await taken?.nack()
            #expect(try await channel.drain(name) == ["one"])
        }
    }
}
