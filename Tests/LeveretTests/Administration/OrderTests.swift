import LeveretModel
import Testing

@testable import Leveret

/// What operators do to queues and connections.
@Suite struct OrderTests {
    @Test func `a queue is deleted and purged, also one that belongs to somebody`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                _ = try await channel.declareQueue("mine", .exclusive)
                try await channel.publish("a", to: "mine")
                #expect(try await PurgeQueue(virtualHost: "/", queue: "mine").perform(on: broker) == 1)
                #expect(try await channel.inspectQueue("mine").messageCount == 0)
                try await channel.publish("b", to: "mine")
                let order = DeleteQueue(virtualHost: "/", queue: "mine", ifEmpty: false, ifUnused: false)
                #expect(try await order.perform(on: broker) == 1)
            }
        }
    }

    @Test func `a queue with messages, or none, is not deleted if that is not wanted`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                _ = try await channel.declareQueue("q")
                try await channel.publish("a", to: "q")
            }
            await #expect(throws: (any Error).self) {
                try await DeleteQueue(virtualHost: "/", queue: "q", ifEmpty: true, ifUnused: false).perform(on: broker)
            }
            await #expect(throws: (any Error).self) {
                try await PurgeQueue(virtualHost: "/", queue: "missing").perform(on: broker)
            }
            #expect(try await PurgeQueue(virtualHost: "/", queue: "q").perform(on: broker) == 1)
        }
    }

    @Test func `a connection that is closed is told why`() async throws {
        try await Broker.run { broker in
            let channel = try await broker.openChannel()
            #expect(try await CloseAllConnections(virtualHost: "/", limit: nil, reason: "go").perform(on: broker) == 1)
            let error = await #expect(throws: AMQPError.self) { try await channel.declareQueue("q") }
            #expect(error?.code == .connectionForced)
            #expect(error?.text == "CONNECTION_FORCED - go")
            let missing = await #expect(throws: OperatorRefusal.self) {
                try await CloseConnection(connection: "nobody", reason: "go").perform(on: broker)
            }
            #expect(missing?.error == "there is no connection 'nobody'")
        }
    }

    @Test func `a watermark of nothing raises the alarm at once, and a high one clears it`() async throws {
        try await Broker.run { broker in
            _ = try await SetMemoryWatermark(.partOfMemory(0)).perform(on: broker)
            let status = try await GetStatus().perform(on: broker)
            #expect(status.alarms == ["memory"])
            #expect(status.blockReason == "low on memory")
            _ = try await SetMemoryWatermark(.bytes(.max)).perform(on: broker)
            #expect(try await GetStatus().perform(on: broker).alarms == [])
        }
    }

    @Test func `tracing is switched by virtual host, which must exist`() async throws {
        try await Broker.run { broker in
            _ = try await SetTracing(virtualHost: "/", isOn: true).perform(on: broker)
            try await broker.withChannel { channel in
                _ = try await channel.declareQueue("trace")
                try await channel.bindQueue("trace", to: "amq.rabbitmq.trace", routingKey: "publish.#", arguments: [:])
                try await channel.publish("a", to: "trace")
                #expect(try await channel.inspectQueue("trace").messageCount == 2)
                _ = try await SetTracing(virtualHost: "/", isOn: false).perform(on: broker)
                try await channel.publish("a", to: "trace")
                #expect(try await channel.inspectQueue("trace").messageCount == 3)
            }
            await #expect(throws: OperatorRefusal.self) {
                try await SetTracing(virtualHost: "shop", isOn: true).perform(on: broker)
            }
        }
    }
}
