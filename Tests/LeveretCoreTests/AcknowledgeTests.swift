import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct GetTests {
    @Test func `get-ok says how many messages are left, get-empty that there is none`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("a", "b", key: "q")
        #expect(try core.get("q").script == ["get-ok a as 1, 1 left"])
        #expect(try core.get("q", noAcknowledge: true).script == ["get-ok b as 2, 0 left"])
        #expect(try core.get("q").script == ["getEmpty"])
        #expect(try core.get("gone").channelError?.method == .basicGet)
    }

    @Test func `gets with and without acknowledgement may be mixed`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("a", "b", "c", key: "q")
        try core.get("q", noAcknowledge: true)
        try core.get("q")
        #expect(try core.ack(1).channelError?.code == .preconditionFailed)
        let second = try core.open(channel: 2)
        #expect(try core.drain("q", on: second) == ["b", "c"])
    }

    @Test func `what was published is what comes`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.topic", "a.b")
        try core.publish("body", to: "amq.topic", key: "a.b", headers: ["h": 1])
        let message = try core.get("q").deliveries.first?.message
        #expect(message?.exchange == "amq.topic")
        #expect(message?.routingKey == "a.b")
        let properties = try message?.properties.withUnsafeBytes { try BasicProperties(encoded: $0) }
        #expect(properties?.headers == ["h": 1])
    }

    @Test func `an empty body is a message too`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("", key: "q")
        #expect(try core.get("q").script == ["get-ok  as 1, 0 left"])
    }
}

@Suite struct AcknowledgeTests {
    private func coreWithDeliveries() throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("q")
        try core.consume("q", tag: "c")
        try core.publish("1", "2", "3", "4", key: "q")
        try core.cancel("c")
        return core
    }

    @Test func `tags count deliveries and gets of a channel together`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("r")
        try core.publish("g", key: "r")
        try core.consume("q")
        #expect(try core.publish("1", key: "q").tags == [1])
        #expect(try core.get("r").tags == [2])
        #expect(try core.publish("3", key: "q").tags == [3])
        let second = try core.open(channel: 2)
        try core.publish("g", key: "r")
        #expect(try core.get("r", on: second).tags == [1])
    }

    @Test func `one ack settles one delivery, multiple all up to the tag, tag 0 all`() throws {
        let core = try coreWithDeliveries()
        try core.ack(3)
        try core.ack(2, multiple: true)
        try core.ack(0, multiple: true)
        #expect(try core.ack(0, multiple: true).script == [])
        try core.apply(.closeChannel(core.channel))
        let second = try core.open(channel: 2)
        #expect(try core.drain("q", on: second) == [])
    }

    @Test(arguments: [
        (UInt64(9), false), (9, true), (0, false), (2, false), (2, true),
    ])
    func `a tag that is not outstanding closes the channel`(tag: UInt64, multiple: Bool) throws {
        let core = try coreWithDeliveries()
        try core.ack(2)
        let error = try core.ack(tag, multiple: multiple).channelError
        #expect(error?.text == "PRECONDITION_FAILED - unknown delivery tag \(tag)")
        #expect(error?.method == .basicAck)
        let second = try core.open(channel: 2)
        #expect(try core.drain("q", on: second) == ["1", "3", "4"])
    }

    @Test func `the acknowledgements before a wrong one count`() throws {
        let core = try coreWithDeliveries()
        let run = try core.acknowledge(
            .init(kind: .acknowledge, deliveryTag: 1),
            .init(kind: .reject, deliveryTag: 77),
            .init(kind: .acknowledge, deliveryTag: 2)
        )
        #expect(run.channelError?.method == .basicReject)
        let second = try core.open(channel: 2)
        #expect(try core.drain("q", on: second) == ["2", "3", "4"])
    }

    @Test func `a tag of another channel is unknown`() throws {
        let core = try coreWithDeliveries()
        let second = try core.open(channel: 2)
        #expect(try core.ack(1, on: second).channelError?.code == .preconditionFailed)
    }

    @Test func `rejecting without requeue settles`() throws {
        let core = try coreWithDeliveries()
        try core.acknowledge(.init(kind: .reject, deliveryTag: 1))
        try core.nack(3, multiple: true, requeue: false)
        try core.nack(4)
        #expect(try core.drain("q") == ["4"])
    }
}

@Suite struct RequeueTests {
    @Test func `a requeued message returns to its place and says that it comes again`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("1", "2", "3", "4", key: "q")
        for _ in 1...3 { try core.get("q") }
        try core.nack(2)
        try core.acknowledge(.init(kind: .reject, deliveryTag: 1, requeue: true))
        let again =
            try core.get("q", noAcknowledge: true) + core.get("q", noAcknowledge: true)
            + core.get("q", noAcknowledge: true)
        #expect(again.texts == ["1", "2", "4"])
        #expect(again.redelivered == [true, true, false])
    }

    @Test func `a multiple nack restores the order`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.consume("q", tag: "c", prefetch: 3)
        try core.publish("1", "2", "3", "4", "5", key: "q")
        try core.cancel("c")
        try core.nack(0, multiple: true)
        #expect(try core.drain("q") == ["1", "2", "3", "4", "5"])
    }

    @Test func `a requeued message is delivered again at once`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.consume("q", prefetch: 1)
        try core.publish("1", "2", key: "q")
        #expect(try core.nack(1).script == ["deliver 1 as 2 again"])
        #expect(try core.nack(2, requeue: false).script == ["deliver 2 as 3"])
    }

    @Test func `the order is restored across queues and channels`() throws {
        let core = try CoreHarness()
        let other = try core.open(channel: 2)
        try core.declare("q")
        try core.publish("1", "2", "3", "4", key: "q")
        try core.get("q")
        try core.get("q", on: other)
        try core.get("q")
        try core.get("q", on: other)
        try core.apply(.closeChannel(other))
        #expect(try core.get("q", noAcknowledge: true).texts == ["2"])
        try core.nack(0, multiple: true)
        #expect(try core.drain("q") == ["1", "3", "4"])
    }

    @Test func `recover requeues everything`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("1", "2", key: "q")
        try core.get("q")
        try core.get("q")
        #expect(try core.perform(.recover(requeue: true, noWait: false)).replies == [.recovered])
        #expect(try core.ack(1).channelError?.code == .preconditionFailed)
        let second = try core.open(channel: 2)
        let again = try core.get("q", on: second)
        #expect(again.texts == ["1"] && again.redelivered == [true])
        #expect(try core.perform(.recover(requeue: true, noWait: true), on: second).script == [])
        #expect(try core.drain("q", on: second) == ["1", "2"])
    }

    @Test func `recover gives back also what a get before it still waits for`() throws {
        let core = try CoreHarness()
        try core.declare("q", .durable)
        try core.publish("a", key: "q", persistent: true)
        core.commitsAtOnce = false
        #expect(try core.get("q").script == [])
        #expect(try core.perform(.recover(requeue: true, noWait: false)).script == [])
        let answers = try core.commit()
        #expect(answers.deliveries.map(\.message.text) == ["a"])
        #expect(answers.replies == [.recovered])
        core.commitsAtOnce = true
        let again = try core.get("q").deliveries
        #expect(again.map(\.message.text) == ["a"])
        #expect(again.map(\.redelivered) == [true])
    }

    @Test func `recover without requeue is not supported`() throws {
        let core = try CoreHarness()
        #expect(
            try core.perform(.recover(requeue: false, noWait: false)).connectionError?.code == .notImplemented
        )
    }

    @Test func `a first delivery never says that it comes again`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.consume("q", prefetch: 2)
        var seen: [Bool] = []
        seen += try core.publish("1", "2", "3", "4", key: "q").redelivered
        seen += try core.ack(1).redelivered
        seen += try core.ack(2).redelivered
        #expect(seen == [false, false, false, false])
    }

    @Test func `a closed session gives everything back in order`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        let gone = try core.open(session: 2)
        try core.consume("q", prefetch: 3, on: gone)
        try core.publish("1", "2", "3", "4", "5", key: "q")
        #expect(try core.ack(2, on: gone).texts == ["4"])
        #expect(try core.apply(.closeSession(gone.session)).script == ["session closed"])
        let again = try core.get("q") + core.get("q") + core.get("q") + core.get("q")
        #expect(again.texts == ["1", "3", "4", "5"])
        #expect(again.redelivered == [true, true, true, false])
    }
}
