import LeveretModel
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ChannelContract {
    @Test(arguments: Door.available)
    func `an error closes its channel only`(_ door: Door) async throws {
        try await door.open { visit in
            let (channel, neighbour) = (try await visit.channel(), try await visit.channel())
            let missing = visit.queueName()
            let error = await expectError(.notFound) { _ = try await channel.inspectQueue(missing) }
            #expect(error?.scope == .channel)
            #expect(error?.text.hasPrefix("NOT_FOUND") == true)
            await expectError(.notFound) { _ = try await channel.declareQueue() }
            await expectError(.notFound) { try await channel.publish("hello", to: missing) }
            await expectError(.notFound) { try await channel.acknowledge(1, multiple: false) }
            await expectError(.notFound) { try await channel.close() }
            let name = try await visit.queue(neighbour)
            try await neighbour.publish("hello", to: name)
            #expect(try await visit.channel().drain(name) == ["hello"])
        }
    }

    @Test(arguments: Door.available)
    func `a closed channel refuses everything`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await channel.close()
            await #expect(throws: ChannelClosedError.self) { _ = try await channel.inspectQueue(name) }
            await #expect(throws: ChannelClosedError.self) { try await channel.publish("hello", to: name) }
            await #expect(throws: ChannelClosedError.self) { try await channel.acknowledge(1, multiple: false) }
            await #expect(throws: ChannelClosedError.self) { try await channel.close() }
        }
    }

    @Test(arguments: Door.available)
    func `an error ends what waits on the channel`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            await expectError(.notFound) {
                try await channel.consume(name) { deliveries in
                    _ = try? await channel.inspectQueue(visit.queueName())
                    for try await _ in deliveries {}
                }
            }
        }
    }

    @Test(arguments: Door.available)
    func `many tasks use one channel`(_ door: Door) async throws {
        try await door.open { visit in
            let channel = try await visit.channel()
            let name = try await visit.queue(channel)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<20 {
                    group.addTask {
                        for number in 0..<20 { try await channel.publish("\(task).\(number)", to: name) }
                        _ = try await channel.inspectQueue(name)
                    }
                }
                try await group.waitForAll()
            }
            let bodies = try await channel.drain(name)
            #expect(Set(bodies).count == 400)
            for task in 0..<20 {
                let own = bodies.filter { $0.hasPrefix("\(task).") }
                #expect(own == (0..<20).map { "\(task).\($0)" })
            }
        }
    }
}
