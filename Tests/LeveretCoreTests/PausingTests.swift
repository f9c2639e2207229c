import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct PausingTests {
    private func core(_ options: QueueOptions = .durable) throws -> (CoreHarness, QueueID) {
        let core = try CoreHarness()
        try core.declare("q", options)
        return (core, try core.host.queueID("q"))
    }

    @Test(arguments: [QueueOptions.durable, .transient])
    func `a paused queue takes messages and gives none until it is resumed`(options: QueueOptions) throws {
        let (core, queue) = try core(options)
        try core.consume("q")
        try core.define(.pauseQueue(queue))
        #expect(try core.publish("a", key: "q", persistent: true).texts.isEmpty)
        #expect(try core.get("q").replies == [.getEmpty])
        let declared = try core.declare("q", options, passive: true).replies
        #expect(declared == [.queueDeclared(name: "q", messageCount: 1, consumerCount: 1)])
        #expect(try core.define(.resumeQueue(queue)).texts == ["a"])
        #expect(try core.publish("b", key: "q", persistent: true).texts == ["b"])
    }

    @Test func `what consumers have stays theirs, and what they give back waits`() throws {
        let (core, queue) = try core()
        try core.publish("a", key: "q", persistent: true)
        try core.publish("b", key: "q", persistent: true)
        try core.consume("q")
        try core.define(.pauseQueue(queue))
        try core.ack(1)
        #expect(try core.nack(2, requeue: true).texts.isEmpty)
        #expect(try core.define(.resumeQueue(queue)).texts == ["b"])
    }

    @Test func `messages of a paused queue expire`() throws {
        let (core, queue) = try core(.durable.messageTimeToLive(milliseconds: 100))
        try core.define(.pauseQueue(queue))
        try core.publish("a", key: "q", persistent: true)
        try core.wait(milliseconds: 100)
        try core.define(.resumeQueue(queue))
        #expect(try core.drain("q") == [])
    }

    @Test func `a durable queue stays paused over a restart`() throws {
        let (core, queue) = try core()
        try core.publish("a", key: "q", persistent: true)
        try core.define(.pauseQueue(queue))
        try core.define(.pauseQueue(queue))
        let again = try core.restarted()
        #expect(try again.consume("q").texts.isEmpty)
        #expect(again.host.isPaused("q"))
        #expect(try again.define(.resumeQueue(queue)).texts == ["a"])
        let last = try again.restarted()
        #expect(!last.host.isPaused("q"))
    }

    @Test func `a queue that is declared anew is not paused`() throws {
        let (core, queue) = try core()
        try core.define(.pauseQueue(queue))
        try core.deleteQueue("q")
        try core.declare("q", .durable)
        try core.publish("a", key: "q", persistent: true)
        #expect(try core.restarted().drain("q") == ["a"])
    }

    @Test func `a queue that is not there cannot be paused`() throws {
        let (core, _) = try core()
        #expect(throws: DefinitionError.self) { try core.define(.pauseQueue(QueueID(rawValue: 77))) }
        #expect(throws: DefinitionError.self) { try core.host.queueID("missing") }
    }
}
