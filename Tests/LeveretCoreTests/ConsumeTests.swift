import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct ConsumeTests {
    @Test func `consume-ok comes before the first delivery`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("a", "b", key: "q")
        #expect(
            try core.consume("q", tag: "c").script == ["consume-ok c", "deliver a as 1", "deliver b as 2"]
        )
    }

    @Test func `the broker chooses a tag where there is none`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        guard case .consumeStarted(_, let first, _)? = try core.consume("q").replies.first,
            case .consumeStarted(_, let second, _)? = try core.consume("q").replies.first
        else { Issue.record("no consume-ok"); return }
        #expect(first.hasPrefix("amq.ctag-") && second.hasPrefix("amq.ctag-") && first != second)
    }

    @Test func `a tag in use closes the connection with 530`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("r", .exclusive)
        try core.consume("q", tag: "c")
        let other = try core.open(channel: 2)
        #expect(try core.consume("q", tag: "c", on: other).script == ["consume-ok c"])
        let error = try core.consume("q", tag: "c").connectionError
        #expect(error?.code == .notAllowed)
        #expect(error?.method == .basicConsume)
        let later = try core.open(session: 2)
        #expect(try core.declare("r", passive: true, on: later).channelError?.code == .notFound)
    }

    @Test func `a tag may be used again after its cancel`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.consume("q", tag: "c")
        #expect(try core.cancel("c").script == ["consumeCancelled(tag: \"c\")"])
        try core.publish("a", key: "q")
        #expect(try core.consume("q", tag: "c").script == ["consume-ok c", "deliver a as 1"])
    }

    @Test func `nothing is delivered after cancel-ok and what is unacknowledged stays so`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.consume("q", tag: "c")
        try core.publish("a", key: "q")
        try core.cancel("c")
        #expect(try core.publish("b", key: "q").script == [])
        #expect(try core.drain("q") == ["b"])
        try core.nack(1)
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `cancelling an unknown tag is fine`() throws {
        let core = try CoreHarness()
        #expect(try core.cancel("none").replies == [.consumeCancelled(tag: "none")])
    }

    @Test func `an exclusive consumer stays alone`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.consume("q", tag: "c", exclusive: true)
        let second = try core.open(channel: 2)
        #expect(try core.consume("q", on: second).channelError?.code == .accessRefused)
        try core.cancel("c")
        try core.consume("q", tag: "d")
        let third = try core.open(channel: 3)
        #expect(try core.consume("q", exclusive: true, on: third).channelError?.code == .accessRefused)
    }

    @Test func `consumers take turns`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        var channels: [ChannelID] = []
        for number in UInt16(2)...4 {
            channels.append(try core.open(channel: number))
            try core.consume("q", on: channels.last)
        }
        let receivers = try core.publish("a", "b", "c", "d", "e", "f", key: "q").receivers
        #expect(Set(receivers.prefix(3)) == [2, 3, 4])
        #expect(receivers.prefix(3) == receivers.suffix(3))
    }

    @Test func `a consumer of lower priority gets messages only while those above have no room`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        let low = try core.open(channel: 2)
        let high = try core.open(channel: 3)
        try core.consume("q", prefetch: 1, priority: -1, on: low)
        try core.consume("q", prefetch: 2, priority: 5, on: high)
        #expect(try core.publish("a", "b", "c", "d", key: "q").receivers == [3, 3, 2])
        #expect(try core.ack(1, on: high).receivers == [3])
        try core.publish("e", "f", key: "q")
        #expect(try core.ack(1, on: low).texts == ["e"])
        #expect(try core.ack(2, multiple: true, on: high).texts == ["f"])
    }

    @Test func `deliveries without acknowledgement keep no message and no limit`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.setPrefetch(1)
        try core.setPrefetch(1, global: true)
        try core.consume("q", tag: "c", noAcknowledge: true)
        #expect(try core.publish("a", "b", key: "q").texts == ["a", "b"])
        try core.cancel("c")
        #expect(try core.drain("q") == [])
        #expect(try core.ack(1).channelError?.code == .preconditionFailed)
    }

    @Test func `consuming from a missing queue is refused`() throws {
        let core = try CoreHarness()
        let error = try core.consume("gone").channelError
        #expect(error?.text == "NOT_FOUND - no queue 'gone' in vhost '/'")
        #expect(error?.method == .basicConsume)
    }
}

@Suite struct PrefetchTests {
    @Test func `a limit holds for each consumer to come`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("r")
        try core.consume("q", tag: "before")
        #expect(try core.setPrefetch(2).replies == [.prefetchSet])
        try core.consume("r", tag: "after")
        #expect(try core.publish("1", "2", "3", key: "q").texts == ["1", "2", "3"])
        #expect(try core.publish("4", "5", "6", key: "r").texts == ["4", "5"])
        #expect(try core.ack(4).texts == ["6"])
    }

    @Test func `a consumer's own limit goes before the channel's`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.setPrefetch(5)
        try core.consume("q", prefetch: 1)
        #expect(try core.publish("1", "2", key: "q").texts == ["1"])
    }

    @Test func `the shared limit holds for all consumers together, those there already too`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("r")
        try core.consume("q")
        try core.consume("r")
        try core.setPrefetch(2, global: true)
        #expect(try core.publish("1", key: "q").texts == ["1"])
        #expect(try core.publish("2", key: "r").texts == ["2"])
        #expect(try core.publish("3", key: "q").texts == [])
        #expect(try core.publish("4", key: "r").texts == [])
        #expect(try core.ack(0, multiple: true).texts.sorted() == ["3", "4"])
    }

    @Test func `both limits hold together`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.setPrefetch(1)
        try core.setPrefetch(3, global: true)
        try core.consume("q", tag: "c")
        try core.consume("q", tag: "d")
        #expect(try core.publish("1", "2", "3", key: "q").texts == ["1", "2"])
    }

    @Test func `raising or lifting the shared limit lets deliveries through`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.setPrefetch(1, global: true)
        try core.consume("q")
        #expect(try core.publish("1", "2", "3", "4", key: "q").texts == ["1"])
        #expect(try core.setPrefetch(2, global: true).texts == ["2"])
        #expect(try core.setPrefetch(0, global: true).texts == ["3", "4"])
    }

    @Test func `get is not limited, and does not count for consumers`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("r")
        try core.setPrefetch(1)
        try core.setPrefetch(1, global: true)
        try core.publish("1", "2", key: "q")
        #expect(try core.get("q").texts == ["1"])
        #expect(try core.get("q").texts == ["2"])
        try core.consume("r")
        #expect(try core.publish("3", key: "r").texts == ["3"])
    }

    @Test func `acknowledging a get makes room for consumers where the channel's own limit was reached`() throws {
        var limits = CoreLimits()
        limits.unacknowledgedPerChannel = 2
        let core = try CoreHarness(limits)
        try core.declare("q")
        try core.publish("1", "2", "3", key: "q")
        try core.get("q")
        #expect(try core.consume("q").texts == ["2"])
        #expect(try core.ack(1).texts == ["3"])
    }

    @Test func `a prefetch size is not supported`() throws {
        let core = try CoreHarness()
        let error = try core.perform(.setPrefetch(count: 0, size: 100, global: false)).connectionError
        #expect(error?.code == .notImplemented)
        #expect(error?.method == .basicQos)
    }

    @Test func `cancelling gives a message that waited to the next consumer`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        let other = try core.open(channel: 2)
        try core.consume("q", tag: "c", prefetch: 1)
        try core.publish("1", "2", key: "q")
        try core.cancel("c")
        #expect(try core.consume("q", on: other).texts == ["2"])
    }
}

@Suite struct OutboundWindowTests {
    @Test func `a client that does not take its deliveries gets no more until it does`() throws {
        var limits = CoreLimits()
        limits.outboundWindow = 1000
        let core = try CoreHarness(limits)
        try core.declare("q")
        let other = try core.open(session: 2)
        let body = String(repeating: "x", count: 600)
        try core.consume("q")
        #expect(try core.publish(body, body, body, key: "q").texts.count == 2)
        #expect(try core.apply(.sessionDrained(core.channel.session, bytes: 1500)).texts.count == 1)
        try core.publish(body, body, key: "q")
        #expect(try core.consume("q", on: other).receivers.count >= 1)
    }

    @Test func `methods are answered while the window is full`() throws {
        var limits = CoreLimits()
        limits.outboundWindow = 10
        let core = try CoreHarness(limits)
        try core.declare("q")
        try core.consume("q")
        try core.publish("more than ten bytes", "second", key: "q")
        #expect(try core.declare("r").declaredName == "r")
        try core.publish("from r", key: "r")
        #expect(try core.get("r").texts == ["from r"])
    }
}
