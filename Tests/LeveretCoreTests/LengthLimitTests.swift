import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct LengthLimitTests {
    private func core(_ arguments: FieldTable) throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(arguments: arguments))
        return core
    }

    @Test func `a full queue drops its oldest messages`() throws {
        let core = try core(["x-max-length": 2])
        try core.publish("a", "b", "c", "d", key: "q")
        #expect(try core.drain("q") == ["c", "d"])
    }

    @Test func `bytes of bodies are limited too`() throws {
        let core = try core(["x-max-length-bytes": 5])
        try core.publish("aa", "bb", "c", key: "q")
        #expect(try core.drain("q") == ["aa", "bb", "c"])
        try core.publish("aa", "bb", "cc", key: "q")
        #expect(try core.drain("q") == ["bb", "cc"])
        try core.publish("too long", key: "q")
        #expect(try core.drain("q") == [])
    }

    @Test func `only ready messages count, and waiting consumers come first`() throws {
        let core = try core(["x-max-length": 1])
        try core.setPrefetch(2)
        try core.consume("q")
        #expect(try core.publish("a", "b", "c", "d", key: "q").texts == ["a", "b"])
        #expect(try core.ack(1).texts == ["d"])
    }

    @Test func `a limit of zero still serves a consumer that waits`() throws {
        let core = try core(["x-max-length": 0])
        try core.publish("nobody", key: "q")
        try core.consume("q", noAcknowledge: true)
        #expect(try core.publish("a", "b", key: "q").texts == ["a", "b"])
    }

    @Test func `reject-publish refuses what is too much`() throws {
        let core = try core(["x-max-length": 2, "x-overflow": "reject-publish"])
        try core.selectConfirms()
        #expect(try core.publish("a", "b", "c", key: "q").answers == ["confirm 2 multiple", "refuse 3"])
        #expect(try core.drain("q") == ["a", "b"])
    }

    @Test func `a queue that refuses does not keep others from their copy`() throws {
        let core = try core(["x-max-length": 0, "x-overflow": "reject-publish"])
        try core.declare("r", .durable)
        try core.bind("q", to: "amq.fanout")
        try core.bind("r", to: "amq.fanout")
        try core.selectConfirms()
        #expect(try core.publish("a", to: "amq.fanout", key: "", persistent: true).answers == ["refuse 1"])
        #expect(try core.drain("r") == ["a"])
    }

    @Test func `reject-publish-dlx sends what it refuses to the dead letter exchange`() throws {
        let core = try core([
            "x-max-length": 1, "x-overflow": "reject-publish-dlx", "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": "dead",
        ])
        try core.declare("dead")
        try core.selectConfirms()
        #expect(try core.publish("a", "b", key: "q").answers == ["confirm 1", "refuse 2"])
        let message = try #require(try core.takeMessage("dead"))
        #expect(message.text == "b")
        #expect(message.headers["x-first-death-reason"] == "maxlen")
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `what is dropped goes to the dead letter exchange`() throws {
        let core = try core([
            "x-max-length": 1, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead",
        ])
        try core.declare("dead")
        try core.publish("a", "b", "c", key: "q")
        #expect(try core.drain("dead") == ["a", "b"])
        #expect(try core.drain("q") == ["c"])
    }

    @Test func `a requeued message may be one too many`() throws {
        let core = try core(["x-max-length": 1])
        try core.publish("a", key: "q")
        try core.get("q")
        try core.publish("b", key: "q")
        try core.nack(1)
        #expect(try core.drain("q") == ["b"])
    }

    @Test func `giving everything back does not take what is delivered meanwhile`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(arguments: ["x-max-length": 1]))
        try core.setPrefetch(2)
        #expect(try core.consume("q").texts == [])
        #expect(try core.publish("a", "b", key: "q").texts == ["a", "b"])
        #expect(try core.nack(0, multiple: true).texts == ["a", "b"])
        #expect(try core.perform(.recover(requeue: true, noWait: false)).texts == ["a", "b"])
        #expect(try core.ack(6).channelError == nil)
        #expect(try core.ack(5).channelError == nil)
    }

    @Test(arguments: [true, false])
    func `a limit holds for delayed messages too, when they are due`(persistent: Bool) throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(durable: true, arguments: ["x-max-length": 1]))
        try core.publish("a", "b", "c", key: "q", persistent: persistent, headers: ["x-delay": 10])
        try core.wait(milliseconds: 10)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 1, consumerCount: 0)
            ]
        )
        #expect(try core.drain("q") == ["c"])
    }

    @Test func `a limit of a queue makes no client receive what comes back from it as it leaves`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(arguments: ["x-max-length": 0]))
        let first = try core.open(session: 2)
        let second = try core.open(session: 2, channel: 2)
        try core.consume("q", prefetch: 1, on: first)
        try core.publish("a", key: "q")
        try core.consume("q", prefetch: 1, on: second)
        #expect(try core.apply(.closeSession(first.session)).texts == [])
        #expect(try core.apply(.tick).texts == [])
    }

    @Test func `a limit holds after a restart too, when what was delivered is back`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(durable: true, arguments: ["x-max-length": 1]))
        try core.consume("q")
        try core.publish("a", key: "q", persistent: true)
        try core.publish("b", key: "q", persistent: true)
        #expect(try core.restarted().drain("q") == ["b"])
    }
}
