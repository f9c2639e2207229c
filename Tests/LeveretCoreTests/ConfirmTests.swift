import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct ReturnTests {
    @Test func `a mandatory message that matches no queue comes back, before its confirm`() throws {
        let core = try CoreHarness()
        try core.selectConfirms()
        #expect(try core.publish("a", key: "nowhere", mandatory: true).script == ["return 312 a", "confirm 1"])
        #expect(try core.publish("b", key: "nowhere").script == ["confirm 2"])
    }

    @Test func `returns and confirms of a run keep the order`() throws {
        let core = try CoreHarness()
        core.commitsAtOnce = false
        try core.selectConfirms()
        let script = try core.publish("a", "b", key: "nowhere", mandatory: true).script
        #expect(script.filter { $0.hasPrefix("return") } == ["return 312 a", "return 312 b"])
        #expect(
            script.last == "confirm 2 multiple" || script == ["return 312 a", "confirm 1", "return 312 b", "confirm 2"]
        )
    }

    @Test func `a returned message is whole`() throws {
        let core = try CoreHarness()
        let returned = try core.publish("body", to: "amq.topic", key: "a.b", mandatory: true, headers: ["h": 1])
        guard case .returned(_, let code, let message)? = returned.first else {
            Issue.record("no return")
            return
        }
        #expect(code == .noRoute)
        #expect(message.exchange == "amq.topic" && message.routingKey == "a.b" && message.text == "body")
        #expect(message.properties.count > 10)
    }
}

@Suite struct PublishErrorTests {
    @Test func `publishing to a missing exchange closes the channel and drops the rest of the run`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        let error = try core.publish("a", to: "gone", key: "q").channelError
        #expect(error?.text == "NOT_FOUND - no exchange 'gone' in vhost '/'")
        #expect(error?.method == .basicPublish)
    }

    @Test func `a body above the limit is refused with 406`() throws {
        var limits = CoreLimits()
        limits.messageSize = 10
        let core = try CoreHarness(limits)
        try core.declare("q")
        try core.publish("0123456789", key: "q")
        let error = try core.publish("01234567890", key: "q").channelError
        #expect(error?.code == .preconditionFailed)
        let second = try core.open(channel: 2)
        #expect(try core.drain("q", on: second) == ["0123456789"])
    }

    @Test func `what a run published before its error stays published`() throws {
        var limits = CoreLimits()
        limits.messageSize = 3
        let core = try CoreHarness(limits)
        try core.declare("q")
        try core.publish("a", "b", "too long", "c", key: "q")
        let second = try core.open(channel: 2)
        #expect(try core.drain("q", on: second) == ["a", "b"])
    }

    @Test func `a record may be larger than a segment`() throws {
        var limits = CoreLimits()
        limits.segmentCapacity = 256
        let core = try CoreHarness(limits)
        try core.declare("q", .durable)
        let body = String(repeating: "large ", count: 1000)
        try core.publish("small", body, "small", key: "q", persistent: true)
        #expect(try core.restarted().drain("q") == ["small", body, "small"])
    }
}

@Suite struct ConfirmTests {
    private func manual() throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        try core.declare("t")
        try core.warmUp("d")
        core.commitsAtOnce = false
        try core.selectConfirms()
        return core
    }

    @Test func `transient messages, and persistent ones in transient queues, are confirmed at once`() throws {
        let core = try manual()
        #expect(try core.publish("a", key: "d").script == ["confirm 1"])
        #expect(try core.publish("b", key: "t", persistent: true).script == ["confirm 2"])
        #expect(!core.cut())
    }

    @Test func `a persistent message in a durable queue is confirmed by its commit and by nothing else`() throws {
        let core = try manual()
        #expect(try core.publish("a", key: "d", persistent: true).script == [])
        #expect(core.cut())
        #expect(try core.publish("b", key: "d", persistent: true).script == [])
        #expect(try core.commit().script == ["confirm 1"])
        #expect(try core.commit().script == ["confirm 2"])
        #expect(!core.cut())
    }

    @Test func `confirms of a commit are joined`() throws {
        let core = try manual()
        #expect(try core.publish("a", "b", "c", key: "d", persistent: true).script == [])
        #expect(try core.commit().script == ["confirm 3 multiple"])
    }

    @Test func `a multiple confirm never covers what still waits`() throws {
        let core = try manual()
        try core.publish("a", key: "d", persistent: true)
        #expect(core.cut())
        try core.publish("b", key: "d", persistent: true)
        try core.publish("c", key: "t")
        #expect(try core.commit().script == ["confirm 1"])
        let rest = try core.commit().script
        #expect(rest == ["confirm 3 multiple"] || rest == ["confirm 2"])
    }

    @Test func `a message settled before its batch is cut is confirmed at once and never written`() throws {
        let core = try manual()
        try core.consume("d")
        #expect(try core.publish("a", key: "d", persistent: true).script == ["deliver a as 1"])
        #expect(try core.ack(1).script == ["confirm 1"])
        core.cut()
        try core.commit()
        #expect(core.journal.image.segments.isEmpty)
    }

    @Test func `a message that is taken without acknowledgement is confirmed at once`() throws {
        let core = try manual()
        try core.consume("d", noAcknowledge: true)
        #expect(Set(try core.publish("a", key: "d", persistent: true).script) == ["deliver a as 1", "confirm 1"])
    }

    @Test func `purging and deleting confirm what is settled by it`() throws {
        let core = try manual()
        let other = try core.open(channel: 2)
        try core.publish("a", key: "d", persistent: true)
        #expect(try core.perform(.purgeQueue(name: "d", noWait: true), on: other).script == ["confirm 1"])
        try core.publish("b", key: "d", persistent: true)
        #expect(try core.deleteQueue("d", on: other).script == ["confirm 2"])
        #expect(try core.commit().script == ["queueDeleted(messageCount: 1)"])
    }

    @Test func `a message in two durable queues waits while it lives in one`() throws {
        let core = try CoreHarness()
        for queue in ["d", "e"] {
            try core.declare(queue, .durable)
            try core.bind(queue, to: "amq.fanout")
            try core.warmUp(queue)
        }
        core.commitsAtOnce = false
        try core.selectConfirms()
        try core.publish("a", to: "amq.fanout", key: "", persistent: true)
        #expect(try core.get("d", noAcknowledge: true).script == ["get-ok a as 1, 0 left"])
        #expect(try core.commit().script == ["confirm 1"])
        let again = try core.restarted()
        #expect(try again.drain("d") == [])
        #expect(try again.drain("e") == ["a"])
    }

    @Test func `requeueing confirms nothing`() throws {
        let core = try manual()
        try core.publish("a", key: "d", persistent: true)
        try core.get("d")
        #expect(try core.nack(1).script == [])
        #expect(try core.commit().script == ["confirm 1"])
    }

    @Test func `numbers begin with the first publishing after confirm.select`() throws {
        let core = try CoreHarness()
        try core.publish("a", key: "nowhere")
        #expect(try core.selectConfirms().replies == [.confirmsSelected])
        #expect(try core.publish("b", key: "nowhere").script == ["confirm 1"])
        #expect(try core.selectConfirms().replies == [.confirmsSelected])
        #expect(try core.publish("c", key: "nowhere").script == ["confirm 2"])
    }

    @Test func `a closed channel gets no confirm, one of the same number begins anew`() throws {
        let core = try manual()
        try core.publish("a", key: "d", persistent: true)
        try core.apply(.closeChannel(core.channel))
        try core.apply(.openChannel(core.channel))
        try core.selectConfirms()
        #expect(try core.commit().script == [])
        #expect(try core.publish("b", key: "t").script == ["confirm 1"])
    }

    @Test func `without a journal everything is confirmed at once`() throws {
        let core = try CoreHarness(isDurable: false)
        core.commitsAtOnce = false
        #expect(try core.declare("d", .durable).declaredName == "d")
        try core.selectConfirms()
        #expect(try core.publish("a", key: "d", persistent: true).script == ["confirm 1"])
        #expect(!core.cut())
    }
}
