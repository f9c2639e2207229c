import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

/// The firehose: what goes to `amq.rabbitmq.trace` while a virtual host is traced.
@Suite struct TraceTests {
    /// A core with a queue `trace` that gets every copy.
    private func makeCore(isTracing: Bool = true) throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("trace")
        try core.bind("trace", to: "amq.rabbitmq.trace", "#")
        if isTracing { try core.apply(.setTracing(virtualHost: "/", node: "leveret@test")) }
        return core
    }

    private func takeTrace(_ core: CoreHarness) throws -> ObservedMessage? {
        try core.get("trace", noAcknowledge: true).deliveries.first?.message
    }

    @Test func `a publishing is copied with where it came from and where it went`() throws {
        let core = try makeCore()
        try core.declare("a")
        try core.declare("b")
        for queue in ["a", "b"] { try core.bind(queue, to: "amq.fanout") }
        try core.publish("body", to: "amq.fanout", key: "key", persistent: true, headers: ["h": "v"])
        let trace = try #require(try takeTrace(core))
        #expect(trace.exchange == "amq.rabbitmq.trace")
        #expect(trace.routingKey == "publish.amq.fanout")
        #expect(trace.text == "body")
        #expect(
            trace.headers == [
                "exchange_name": "amq.fanout",
                "routing_keys": .array(["key"]),
                "properties": .table(["headers": .table(["h": "v"]), "delivery_mode": .int32(2)]),
                "node": "leveret@test",
                "vhost": "/",
                "connection": "",
                "channel": .int32(1),
                "user": "guest",
                "routed_queues": .array(["a", "b"]),
            ]
        )
    }

    @Test func `a delivery is copied with its queue's name and whether it came again`() throws {
        let core = try makeCore(isTracing: false)
        try core.declare("q")
        try core.publish("body", key: "q")
        try core.apply(.setTracing(virtualHost: "/", node: "n"))
        let other = try core.open(channel: 2)
        try core.consume("q", prefetch: 1, on: other)
        let first = try #require(try takeTrace(core))
        #expect(first.routingKey == "deliver.q")
        #expect(first.text == "body")
        #expect(first.headers["redelivered"] == .int32(0))
        #expect(first.headers["channel"] == .int32(2))
        #expect(first.headers["exchange_name"] == "")
        #expect(first.headers["routing_keys"] == .array(["q"]))
        #expect(first.headers["routed_queues"] == nil)
        try core.nack(1, on: other)
        #expect(try #require(try takeTrace(core)).headers["redelivered"] == .int32(1))
    }

    @Test func `the answer to a get is copied as a delivery`() throws {
        let core = try makeCore()
        try core.declare("q")
        try core.publish("body", key: "q")
        try core.get("q", noAcknowledge: true)
        let keys = try [takeTrace(core), takeTrace(core)].map { $0?.routingKey }
        #expect(keys == ["publish.", "deliver.q"])
    }

    @Test func `copies are not copied again, whoever takes them`() throws {
        let core = try makeCore()
        try core.consume("trace", noAcknowledge: true)
        try core.declare("q")
        let seen = try core.publish("body", key: "q")
        #expect(seen.deliveries.map(\.message.routingKey) == ["publish."])
        #expect(try core.get("q").deliveries.map(\.message.routingKey) == ["q", "deliver.q"])
    }

    @Test func `a message that matches no queue is copied too, one in error is not`() throws {
        let core = try makeCore()
        try core.publish("lost", key: "nowhere")
        let trace = try #require(try takeTrace(core))
        #expect(trace.headers["routed_queues"] == .array([]))
        let other = try core.open(channel: 2)
        #expect(try core.publish("x", to: "missing", key: "k", on: other).channelError?.code == .notFound)
        #expect(try takeTrace(core) == nil)
    }

    @Test func `nothing is copied when tracing is off, or elsewhere, or nobody wants it`() throws {
        let core = try makeCore(isTracing: false)
        try core.declare("q")
        try core.publish("a", key: "q")
        try core.apply(.setTracing(virtualHost: "elsewhere", node: "n"))
        try core.publish("b", key: "q")
        try core.apply(.setTracing(virtualHost: "/", node: "n"))
        try core.publish("c", key: "q")
        try core.apply(.setTracing(virtualHost: "/", node: nil))
        try core.publish("d", key: "q")
        #expect(try core.drain("trace") == ["c"])
        try core.unbind("trace", from: "amq.rabbitmq.trace", "#")
        try core.apply(.setTracing(virtualHost: "/", node: "n"))
        try core.publish("e", key: "q")
        #expect(try core.drain("trace") == [])
    }

    @Test func `a copy whose key would be too long has a shorter one`() throws {
        let core = try makeCore()
        let name = String(repeating: "é", count: 127)
        try core.declareExchange(name, "fanout")
        try core.publish("a", to: name, key: "")
        let trace = try #require(try takeTrace(core))
        #expect(trace.routingKey == "publish." + String(repeating: "é", count: 123))
        #expect(trace.headers["exchange_name"] == .string(name))
    }

    @Test func `properties that are not text are copied as they are`() throws {
        let core = try makeCore()
        // Only the correlation id, of two bytes that are not UTF-8.
        let properties: [UInt8] = [0x04, 0x00, 2, 0xFF, 0xFE]
        try core.run(
            core.host.publish(
                core.channel,
                [Publishing(exchange: "", routingKey: "k", properties: properties, body: [])]
            )
        )
        let trace = try #require(try takeTrace(core))
        #expect(trace.headers["properties"] == .table(["correlation_id": .rawString([0xFF, 0xFE])]))
    }

    @Test func `clients can neither publish to the trace exchange nor delete it`() throws {
        let core = try CoreHarness()
        let refused = try core.publish("a", to: "amq.rabbitmq.trace", key: "k", on: try core.open(channel: 2))
        #expect(refused.channelError?.code == .accessRefused)
        let deletion = ChannelMethod.deleteExchange(name: "amq.rabbitmq.trace", ifUnused: false, noWait: false)
        #expect(try core.perform(deletion).channelError?.code == .accessRefused)
    }
}
