import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct PolicyTests {
    /// Lets a message that no binding wants go where the policy of the exchange says.
    private func route(_ core: CoreHarness) throws -> [String] {
        try core.publish("stray", to: "events", key: "k")
        var reached: [String] = []
        for queue in ["first", "second"] where try !core.drain(queue).isEmpty { reached.append(queue) }
        return reached
    }

    private func core() throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declareExchange("events", "direct", .durable)
        for name in ["first", "second"] {
            try core.declareExchange(name, "fanout", .durable)
            try core.declare(name, .durable)
            try core.bind(name, to: name)
        }
        return core
    }

    @Test func `a policy counts at once for exchanges that are there, and no longer when it is removed`() throws {
        let core = try core()
        #expect(try route(core) == [])
        try core.setPolicy("p", "^ev", ["alternate-exchange": "first"])
        #expect(try route(core) == ["first"])
        try core.setPolicy("p", "^ev", ["alternate-exchange": "second"])
        #expect(try route(core) == ["second"])
        try core.define(.deletePolicy(virtualHost: "/", name: "p"))
        #expect(try route(core) == [])
    }

    @Test func `of several policies the highest priority counts, then the first name`() throws {
        let core = try core()
        try core.setPolicy("b", "events", ["alternate-exchange": "second"], priority: 1)
        try core.setPolicy("c", "events", ["alternate-exchange": "first"], priority: 1)
        #expect(try route(core) == ["second"])
        try core.setPolicy("a", "events", ["alternate-exchange": "first"], priority: 1)
        #expect(try route(core) == ["first"])
        try core.setPolicy("z", "events", ["alternate-exchange": "second"], priority: 2)
        #expect(try route(core) == ["second"])
        // The one that counts hides the others, also if it says nothing of what they say.
        try core.setPolicy("y", "events", ["max-length": 1], priority: 3)
        #expect(try route(core) == [])
    }

    @Test func `a policy is only for what it is meant for`() throws {
        let core = try core()
        for target in [PolicyDefinition.Target.queues, .classicQueues, .quorumQueues, .streams] {
            try core.setPolicy("p", "", ["alternate-exchange": "first"], target: target)
            #expect(try route(core) == [])
        }
        for target in [PolicyDefinition.Target.all, .exchanges] {
            try core.setPolicy("p", "", ["alternate-exchange": "first"], target: target)
            #expect(try route(core) == ["first"])
        }
    }

    @Test func `what an exchange was declared with counts before its policy`() throws {
        let core = try core()
        let options = ExchangeOptions(durable: true, arguments: ["alternate-exchange": "second"])
        try core.declareExchange("own", "direct", options)
        try core.setPolicy("p", "", ["alternate-exchange": "first"])
        try core.publish("stray", to: "own", key: "k")
        #expect(try core.drain("second") == ["stray"])
        #expect(try core.drain("first") == [])
    }

    @Test func `a policy is found again, and counts for exchanges made later`() throws {
        let core = try core()
        try core.setPolicy("p", "^ev", ["alternate-exchange": "first"])
        let again = try core.restarted()
        #expect(try route(again) == ["first"])
        try again.perform(.deleteExchange(name: "events", ifUnused: false, noWait: false))
        try again.declareExchange("events", "direct")
        #expect(try route(again) == ["first"])
    }

    @Test(arguments: [
        ("max-lenght", FieldValue.int64(1), "'max-lenght' is not a recognised policy setting"),
        ("max-length", .int64(-1), "-1 is not a valid maximum length"),
        ("max-length", .string("5"), "'5' is not a valid maximum length"),
        ("expires", .int64(0), "0 is not a valid queue expiry"),
        ("overflow", .string("explode"), "'explode' is not a valid overflow value"),
        ("message-ttl", .boolean(true), "a value of type bool is not a valid message TTL"),
        ("alternate-exchange", .int64(1), "1 is not a valid alternate exchange name"),
        ("dead-letter-routing-key", .int64(1), "1 is not a valid dead letter routing key"),
        (
            "dead-letter-routing-key", .string(String(repeating: "k", count: 256)),
            "'\(String(repeating: "k", count: 256))' is not a valid dead letter routing key"
        ),
    ])
    func `a key or a value that means nothing is refused`(key: String, value: FieldValue, words: String) throws {
        let core = try CoreHarness()
        var settings = FieldTable()
        settings[key] = value
        let error = #expect(throws: DefinitionError.self) { try core.setPolicy("p", ".*", settings) }
        #expect(error?.kind == .invalid)
        #expect(error?.text.hasPrefix(words) == true)
        #expect(core.journal.image.policies.isEmpty)
    }

    @Test func `a policy needs a valid pattern and something to set`() throws {
        let core = try CoreHarness()
        #expect(throws: DefinitionError.self) { try core.setPolicy("p", "(", ["max-length": 1]) }
        #expect(throws: DefinitionError.self) { try core.setPolicy("p", "", [:]) }
        #expect(throws: DefinitionError.self) { try core.setPolicy("", "", ["max-length": 1]) }
    }
}

@Suite struct QueuePolicyTests {
    private func passes(_ milliseconds: UInt64, in core: CoreHarness) throws -> [Observation] {
        core.host.time = BrokerTime(milliseconds: core.host.time.milliseconds + milliseconds)
        return try core.apply(.tick)
    }

    private func exists(_ queue: String, in core: CoreHarness) throws -> Bool {
        let other = try core.open(channel: 7)
        defer { _ = try? core.apply(.closeChannel(other)) }
        return try core.get(queue, on: other).channelError == nil
    }

    @Test func `a new length limit drops the oldest messages at once, and is kept after a restart`() throws {
        let core = try CoreHarness()
        try core.declare("q", .durable)
        try core.publish("a", "b", "c", key: "q", persistent: true)
        try core.setPolicy("p", "^q$", ["max-length": 2])
        let again = try core.restarted()
        try again.publish("d", key: "q", persistent: true)
        #expect(try again.drain("q") == ["c", "d"])
    }

    @Test func `what a new length limit drops goes to the dead letter exchange of the same policy`() throws {
        let core = try CoreHarness()
        try core.declare("q", .durable)
        try core.declare("dead", .durable)
        try core.publish("a", "b", key: "q")
        let settings: FieldTable = [
            "max-length": 1, "dead-letter-exchange": "", "dead-letter-routing-key": "dead",
        ]
        try core.setPolicy("p", "^q$", settings)
        #expect(try core.drain("dead") == ["a"])
        #expect(try core.drain("q") == ["b"])
    }

    @Test func `the clock of a new expiry starts when the policy is set, and stops when it is removed`() throws {
        let core = try CoreHarness()
        for name in ["q", "kept"] { try core.declare(name) }
        _ = try passes(5_000, in: core)
        try core.setPolicy("p", "^q$", ["expires": 1_000])
        _ = try passes(999, in: core)
        #expect(try core.declare("q", passive: true).channelError == nil)
        _ = try passes(1_000, in: core)
        #expect(try !exists("q", in: core))
        try core.setPolicy("p", "^kept$", ["expires": 1_000])
        try core.define(.deletePolicy(virtualHost: "/", name: "p"))
        _ = try passes(1_000, in: core)
        #expect(try exists("kept", in: core))
    }

    @Test func `a time to live counts for messages to come, and the shorter one counts`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(arguments: ["x-message-ttl": 5_000]))
        try core.publish("old", key: "q")
        try core.setPolicy("p", "^q$", ["message-ttl": 1_000])
        try core.publish("short", key: "q")
        try core.setPolicy("p", "^q$", ["message-ttl": 9_000])
        try core.publish("own", key: "q")
        _ = try passes(1_000, in: core)
        #expect(try core.drain("q") == ["old", "own"])
        try core.publish("own", key: "q")
        _ = try passes(5_000, in: core)
        #expect(try core.drain("q") == [])
    }

    @Test(
        arguments: [
            (3, nil, 3), (nil, 2, 2), (3, 2, 2), (2, 3, 2), (-1, 2, 2), (2, -1, 2), (-1, nil, nil), (nil, nil, 20),
        ] as [(Int64?, Int64?, Int?)]
    )
    func `of two delivery limits the smaller counts, and none is none`(
        argument: Int64?,
        policy: Int64?,
        expected: Int?
    ) throws {
        let core = try CoreHarness()
        var options = QueueOptions(durable: true, arguments: ["x-queue-type": "quorum"])
        if let argument { options.arguments["x-delivery-limit"] = .int64(argument) }
        if let policy { try core.setPolicy("p", "^q$", ["delivery-limit": .int64(policy)]) }
        try core.declare("q", options)
        try core.publish("a", key: "q")
        var deliveries = 0
        while let tag = try core.get("q").tags.first, deliveries < 30 {
            deliveries += 1
            try core.acknowledge(Acknowledgement(kind: .reject, deliveryTag: tag, requeue: true))
        }
        #expect(deliveries == expected.map { $0 + 1 } ?? 30)
    }

    @Test func `a queue's policy goes by its type`() throws {
        let core = try CoreHarness()
        try core.setPolicy("p", "", ["max-length": 1], target: .quorumQueues)
        try core.declare("classic", .durable)
        try core.declare("quorum", QueueOptions(durable: true, arguments: ["x-queue-type": "quorum"]))
        for name in ["classic", "quorum"] { try core.publish("a", "b", key: name) }
        #expect(try core.drain("classic") == ["a", "b"])
        #expect(try core.drain("quorum") == ["b"])
    }
}
