import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

/// Changing the prefetch of consumers that are there.
@Suite struct PrefetchChangeTests {
    /// A core, and a channel of a session that wants basic.qos to change the consumers that it has.
    private func makeCore() throws -> (CoreHarness, ChannelID) {
        let core = try CoreHarness()
        let channel = ChannelID(session: SessionID(rawValue: 2), number: 1)
        let options = SessionOptions(user: "guest", virtualHost: "/", qosAppliesToExisting: true)
        try core.apply(.openSession(channel.session, options))
        try core.apply(.openChannel(channel))
        try core.declare("q")
        for number in 1...9 { try core.publish("\(number)", key: "q") }
        return (core, channel)
    }

    @Test func `a session may want basic.qos to change the consumers that it has`() throws {
        let (core, channel) = try makeCore()
        try core.setPrefetch(1, on: channel)
        #expect(try core.consume("q", on: channel).texts == ["1"])
        let raised = try core.setPrefetch(4, on: channel)
        #expect(raised.script == ["prefetchSet", "deliver 2 as 2", "deliver 3 as 3", "deliver 4 as 4"])
    }

    @Test func `other sessions' basic.qos is for consumers to come`() throws {
        let (core, _) = try makeCore()
        try core.consume("q", prefetch: 1)
        #expect(try core.setPrefetch(4).texts.isEmpty)
    }

    @Test func `a lower limit takes nothing back and holds until enough is acknowledged`() throws {
        let (core, channel) = try makeCore()
        try core.setPrefetch(4, on: channel)
        try core.consume("q", on: channel)
        #expect(try core.setPrefetch(2, on: channel).texts.isEmpty)
        #expect(try core.ack(1, on: channel).texts.isEmpty)
        #expect(try core.ack(2, on: channel).texts.isEmpty)
        #expect(try core.ack(3, on: channel).texts == ["5"])
        #expect(try core.ack(4, on: channel).texts == ["6"])
    }

    @Test func `no limit any more lets everything come`() throws {
        let (core, channel) = try makeCore()
        try core.setPrefetch(1, on: channel)
        try core.consume("q", on: channel)
        #expect(try core.setPrefetch(0, on: channel).texts.count == 8)
    }

    @Test func `gets do not count and are not limited`() throws {
        let (core, channel) = try makeCore()
        try core.get("q", on: channel)
        try core.setPrefetch(1, on: channel)
        #expect(try core.consume("q", on: channel).texts == ["2"])
        #expect(try core.setPrefetch(2, on: channel).texts == ["3"])
        #expect(try core.get("q", on: channel).texts == ["4"])
    }

    @Test func `one consumer of several can be changed`() throws {
        let (core, channel) = try makeCore()
        try core.setPrefetch(1, on: channel)
        try core.consume("q", tag: "a", on: channel)
        try core.consume("q", tag: "b", on: channel)
        let change = ChannelMethod.setConsumerPrefetch(consumerTag: "b", count: 3)
        #expect(try core.apply(.method(channel, change)).texts == ["3", "4"])
        // Now each has as many as it may.
        #expect(try core.ack(1, on: channel).texts == ["5"])
        #expect(try core.ack(2, on: channel).texts == ["6"])
        let unknown = ChannelMethod.setConsumerPrefetch(consumerTag: "nobody", count: 3)
        #expect(try core.apply(.method(channel, unknown)).replies == [.prefetchSet])
    }

    @Test func `a single active consumer's limit can be changed`() throws {
        let (core, channel) = try makeCore()
        try core.declare("single", QueueOptions(arguments: ["x-single-active-consumer": true]))
        for number in 1...4 { try core.publish("\(number)", key: "single") }
        try core.setPrefetch(1, on: channel)
        #expect(try core.consume("single", on: channel).texts == ["1"])
        #expect(try core.setPrefetch(3, on: channel).texts == ["2", "3"])
    }
}
