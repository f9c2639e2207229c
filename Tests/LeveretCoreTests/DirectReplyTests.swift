import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

/// Direct reply-to: requests carry an address that only the broker could make, and replies to it go to the requester.
@Suite struct DirectReplyTests {
    private static let name = "amq.rabbitmq.reply-to"

    /// A requester that waits for replies, a responder, and the address that the responder was given.
    private func scene() throws -> (core: CoreHarness, responder: ChannelID, address: String) {
        let core = try CoreHarness()
        let responder = try core.open(session: 2)
        try core.declare("requests", on: responder)
        try core.consume(Self.name, tag: "replies", noAcknowledge: true)
        try core.publish("question", key: "requests", replyTo: Self.name)
        let request = try #require(try core.get("requests", noAcknowledge: true, on: responder).deliveries.first)
        let properties = try request.message.properties.withUnsafeBytes { try BasicProperties(encoded: $0) }
        return (core, responder, try #require(properties.replyTo))
    }

    @Test func `a reply reaches the requester`() throws {
        let (core, responder, address) = try scene()
        #expect(address.hasPrefix(Self.name + "."))
        let seen = try core.publish("answer", key: address, on: responder)
        #expect(seen.script == ["deliver answer as 1"])
        #expect(seen.receivers == [core.channel.number])
    }

    @Test func `addresses differ from channel to channel`() throws {
        let (core, responder, address) = try scene()
        let other = try core.open(channel: 2)
        try core.consume(Self.name, noAcknowledge: true, on: other)
        try core.publish("question", key: "requests", replyTo: Self.name, on: other)
        let request = try #require(try core.get("requests", noAcknowledge: true, on: responder).deliveries.first)
        let properties = try request.message.properties.withUnsafeBytes { try BasicProperties(encoded: $0) }
        #expect(properties.replyTo != address)
        #expect(try core.publish("a", key: #require(properties.replyTo), on: responder).receivers == [2])
    }

    @Test func `replies must be consumed without acknowledgement, once, and before the first request`() throws {
        let core = try CoreHarness()
        let (second, third) = (try core.open(channel: 2), try core.open(channel: 3))
        let early = try core.publish("q", key: "q", replyTo: Self.name).channelError
        #expect(early?.text == "PRECONDITION_FAILED - fast reply consumer does not exist")
        let acknowledging = try core.consume(Self.name, on: second).channelError
        #expect(acknowledging?.text == "PRECONDITION_FAILED - reply consumer cannot acknowledge")
        try core.consume(Self.name, noAcknowledge: true, on: third)
        let again = try core.consume(Self.name, noAcknowledge: true, on: third).channelError
        #expect(again?.text == "PRECONDITION_FAILED - reply consumer already set")
    }

    @Test func `after its cancel a channel may wait for replies anew`() throws {
        let (core, responder, address) = try scene()
        try core.cancel("replies")
        #expect(try core.publish("late", key: address, mandatory: true, on: responder).script == [])
        #expect(try core.consume(Self.name, tag: "again", noAcknowledge: true).script == ["consume-ok again"])
    }

    @Test func `whoever has the address can ask whether the requester is still there`() throws {
        let (core, responder, address) = try scene()
        let present = Reply.queueDeclared(name: address, messageCount: 0, consumerCount: 1)
        #expect(try core.declare(address, passive: true, on: responder).replies == [present])
        let general = Reply.queueDeclared(name: Self.name, messageCount: 0, consumerCount: 1)
        #expect(try core.declare(Self.name, passive: true, on: responder).replies == [general])
        try core.apply(.closeChannel(core.channel))
        #expect(try core.declare(address, passive: true, on: responder).channelError?.code == .notFound)
    }

    @Test func `a reply that nobody waits for is dropped silently and confirmed`() throws {
        let (core, responder, address) = try scene()
        try core.apply(.closeChannel(core.channel))
        try core.selectConfirms(on: responder)
        #expect(try core.publish("a", key: address, mandatory: true, on: responder).script == ["confirm 1"])
        let unknown = Self.name + ".nobody"
        #expect(try core.publish("b", key: unknown, mandatory: true, on: responder).script == ["confirm 2"])
    }

    @Test func `a reply queue cannot be used as a queue, and is not listed`() throws {
        let (core, responder, address) = try scene()
        #expect(!core.host.report().queues.contains { $0.name.hasPrefix(Self.name) })
        #expect(try core.bind(address, to: "amq.direct", on: responder).channelError?.code == .accessRefused)
        let others = [try core.open(session: 3), try core.open(session: 4), try core.open(session: 5)]
        #expect(try core.get(address, on: others[0]).channelError?.code == .notFound)
        #expect(try core.consume(address, on: others[1]).channelError?.code == .notFound)
        let purge = ChannelMethod.purgeQueue(name: address, noWait: false)
        #expect(try core.perform(purge, on: others[2]).channelError?.code == .notFound)
        try core.deleteQueue(address, on: try core.open(session: 6))
        #expect(try core.publish("still", key: address, on: try core.open(session: 7)).texts == ["still"])
    }

    @Test func `other reply addresses stay as they are`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("m", key: "q", replyTo: "answers")
        let delivery = try #require(try core.get("q").deliveries.first)
        let properties = try delivery.message.properties.withUnsafeBytes { try BasicProperties(encoded: $0) }
        #expect(properties.replyTo == "answers")
    }

    @Test func `replies come in the order in which they were given, held back by the client's window`() throws {
        var limits = CoreLimits()
        limits.outboundWindow = 100
        let core = try CoreHarness(limits)
        let responder = try core.open(session: 2)
        try core.declare("requests", on: responder)
        try core.consume(Self.name, noAcknowledge: true)
        try core.publish("question", key: "requests", replyTo: Self.name)
        let request = try #require(try core.get("requests", noAcknowledge: true, on: responder).deliveries.first)
        let properties = try request.message.properties.withUnsafeBytes { try BasicProperties(encoded: $0) }
        let address = try #require(properties.replyTo)
        #expect(try core.publish("1", "2", "3", key: address, on: responder).texts == ["1"])
        #expect(try core.apply(.sessionDrained(core.channel.session, bytes: 1000)).texts == ["2"])
    }
}
