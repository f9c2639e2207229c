import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct PriorityTests {
    @Test func `higher priorities go first, and each priority keeps its order`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(arguments: ["x-max-priority": 5]))
        try core.publish("none", key: "q")
        try core.publish("low 1", key: "q", priority: 1)
        try core.publish("high 1", key: "q", priority: 4)
        try core.publish("low 2", key: "q", priority: 1)
        try core.publish("high 2", key: "q", priority: 4)
        #expect(try core.drain("q") == ["high 1", "high 2", "low 1", "low 2", "none"])
    }

    @Test func `a priority above the highest counts as the highest`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(arguments: ["x-max-priority": 2]))
        try core.publish("a", key: "q", priority: 2)
        try core.publish("b", key: "q", priority: 200)
        try core.publish("c", key: "q", priority: 2)
        #expect(try core.drain("q") == ["a", "b", "c"])
    }

    @Test func `a queue without priorities does not look at them`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("a", key: "q", priority: 1)
        try core.publish("b", key: "q", priority: 9)
        #expect(try core.drain("q") == ["a", "b"])
    }

    @Test func `a requeued message goes back into its line, and a first delivery is not marked as a second`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(arguments: ["x-max-priority": 9]))
        try core.publish("low", key: "q", priority: 1)
        try core.publish("high", key: "q", priority: 9)
        #expect(try core.get("q").redelivered == [false])
        try core.publish("other high", key: "q", priority: 9)
        try core.nack(1)
        let got = try core.get("q")
        #expect(got.texts == ["high"])
        #expect(got.redelivered == [true])
        let rest = try core.get("q")
        #expect(rest.texts == ["other high"])
        #expect(rest.redelivered == [false])
        #expect(try core.get("q").texts == ["low"])
    }

    @Test func `priorities survive a restart`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(durable: true, arguments: ["x-max-priority": 5]))
        try core.publish("low", key: "q", persistent: true, priority: 1)
        try core.publish("high", key: "q", persistent: true, priority: 5)
        try core.publish("none", key: "q", persistent: true)
        #expect(try core.restarted().drain("q") == ["high", "low", "none"])
    }

    @Test func `a quorum queue has priorities without being asked, and messages without one are in the middle`() throws
    {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(durable: true, arguments: ["x-queue-type": "quorum"]))
        try core.publish("low", key: "q", priority: 1)
        try core.publish("none", key: "q")
        try core.publish("high", key: "q", priority: 9)
        #expect(try core.drain("q") == ["high", "none", "low"])
    }

    @Test func `times to live hold for every priority`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(arguments: ["x-max-priority": 5]))
        try core.publish("low", key: "q", expiration: "100", priority: 1)
        try core.publish("low too", key: "q", priority: 1)
        try core.publish("high", key: "q", expiration: "200", priority: 5)
        try core.wait(milliseconds: 100)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 2, consumerCount: 0)
            ]
        )
        try core.wait(milliseconds: 100)
        #expect(try core.drain("q") == ["low too"])
    }
}
