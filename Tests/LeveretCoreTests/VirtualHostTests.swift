import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct VirtualHostTests {
    @Test func `a virtual host is a name space of its own`() throws {
        let core = try CoreHarness()
        try core.addVirtualHost("other")
        try core.permit("guest", in: "other")
        #expect(try core.enter(2, as: "guest", in: "other") == nil)
        try core.declare("q", .durable)
        try core.declare("q", .durable, on: core.channel(2))
        try core.publish("here", key: "q")
        try core.publish("there", key: "q", on: core.channel(2))
        #expect(try core.drain("q") == ["here"])
        #expect(try core.drain("q", on: core.channel(2)) == ["there"])
    }

    @Test func `a virtual host may be entered by those with permissions only`() throws {
        let core = try CoreHarness()
        try core.addVirtualHost("other")
        let error = try core.enter(2, as: "guest", in: "other")
        #expect(error?.text == "NOT_ALLOWED - access to vhost 'other' refused for user 'guest'")
    }

    @Test func `a deleted virtual host takes everything along, for good`() throws {
        let core = try CoreHarness()
        try core.addVirtualHost("other")
        try core.permit("guest", in: "other")
        #expect(try core.enter(2, as: "guest", in: "other") == nil)
        let inside = core.channel(2)
        try core.declare("q", .durable, on: inside)
        try core.declareExchange("x", "topic", .durable, on: inside)
        try core.bind("q", to: "x", "#", on: inside)
        try core.bind("q", to: "amq.topic", "#", on: inside)
        try core.perform(
            .bindExchange(
                Bind(
                    destination: "amq.direct",
                    source: "amq.fanout",
                    routingKey: "",
                    arguments: [:],
                    noWait: false
                )
            ),
            on: inside
        )
        try core.publish("lost", key: "q", persistent: true, on: inside)
        try core.declare("kept", .durable)
        let error = try core.define(.deleteVirtualHost(name: "other")).connectionError
        #expect(error?.code == .connectionForced)
        #expect(error?.text == "CONNECTION_FORCED - vhost 'other' is deleted")
        #expect(try core.enter(3, as: "guest", in: "other")?.text == "NOT_ALLOWED - vhost other not found")
        let image = core.journal.image
        #expect(image.queues.map(\.name) == ["kept"])
        #expect(image.exchanges.isEmpty && image.bindings.isEmpty && image.segments.isEmpty)
        #expect(image.permissions.map(\.virtualHost) == ["/"])
        #expect(image.virtualHosts.map(\.name) == ["/"])
    }

    @Test func `a virtual host made anew is empty`() throws {
        let core = try CoreHarness()
        try core.addVirtualHost("other")
        try core.permit("guest", in: "other")
        #expect(try core.enter(2, as: "guest", in: "other") == nil)
        try core.declare("q", on: core.channel(2))
        try core.define(.deleteVirtualHost(name: "other"))
        try core.addVirtualHost("other")
        #expect(try core.enter(3, as: "guest", in: "other")?.code == .notAllowed)
        try core.permit("guest", in: "other")
        #expect(try core.enter(4, as: "guest", in: "other") == nil)
        #expect(try core.declare("q", passive: true, on: core.channel(4)).channelError?.code == .notFound)
    }

    @Test func `a virtual host that is not there cannot be deleted`() throws {
        let core = try CoreHarness()
        let error = #expect(throws: DefinitionError.self) { try core.define(.deleteVirtualHost(name: "other")) }
        #expect(error?.kind == .notFound)
    }

    @Test func `connections over the limit of a virtual host are refused until one leaves`() throws {
        let core = try CoreHarness()
        try core.addVirtualHost("small", VirtualHostLimits(maxConnections: 1))
        try core.permit("guest", in: "small")
        #expect(try core.enter(2, as: "guest", in: "small") == nil)
        #expect(
            try core.enter(3, as: "guest", in: "small")?.text
                == "NOT_ALLOWED - access to vhost 'small' refused for user 'guest': connection limit (1) is reached"
        )
        try core.apply(.closeSession(SessionID(rawValue: 2)))
        #expect(try core.enter(4, as: "guest", in: "small") == nil)
    }

    @Test func `queues over the limit of a virtual host are refused`() throws {
        let core = try CoreHarness()
        try core.declare("first")
        try core.addVirtualHost("/", VirtualHostLimits(maxQueues: 1))
        #expect(
            try core.declare("second").channelError?.text
                == "PRECONDITION_FAILED - cannot declare queue 'second': queue limit in vhost '/' (1) is reached"
        )
        let again = try core.open(channel: 2)
        #expect(try core.declare("first", on: again).declaredName == "first")
    }

    @Test func `a queue without a type gets that of its virtual host, also when it is declared again`() throws {
        let core = try CoreHarness()
        try core.define(.putVirtualHost(VirtualHostDefinition(name: "/", defaultQueueType: "quorum")))
        try core.declare("q", .durable)
        #expect(try core.declare("q", .durable).channelError == nil)
        let quorum = QueueOptions(durable: true, arguments: ["x-queue-type": "quorum"])
        #expect(try core.declare("q", quorum).channelError == nil)
        let classic = QueueOptions(durable: true, arguments: ["x-queue-type": "classic"])
        #expect(try core.declare("q", classic).channelError?.text.contains("inequivalent arg 'x-queue-type'") == true)
    }

    @Test func `what a quorum queue cannot be stays classic under a default of quorum`() throws {
        let core = try CoreHarness()
        try core.define(.putVirtualHost(VirtualHostDefinition(name: "/", defaultQueueType: "quorum")))
        for options in [QueueOptions.exclusive, .autoDelete, .transient] {
            let name = try #require(try core.declare("", options).declaredName)
            let redeclared = QueueOptions(
                exclusive: options.exclusive,
                autoDelete: options.autoDelete,
                arguments: ["x-queue-type": "classic"]
            )
            #expect(try core.declare(name, redeclared).channelError == nil)
        }
    }

    @Test(arguments: ["", "a\nb", String(repeating: "x", count: 256)])
    func `a name that no method could hold is refused`(name: String) throws {
        let core = try CoreHarness()
        let error = #expect(throws: DefinitionError.self) { try core.addVirtualHost(name) }
        #expect(error?.kind == .invalid)
    }

    @Test func `a queue type that does not exist is refused`() throws {
        let core = try CoreHarness()
        let definition = VirtualHostDefinition(name: "v", defaultQueueType: "quantum")
        let error = #expect(throws: DefinitionError.self) { try core.define(.putVirtualHost(definition)) }
        #expect(error?.text.contains("'quantum' is not a queue type") == true)
    }

    @Test func `virtual hosts and what they are described by are found again`() throws {
        let core = try CoreHarness()
        let definition = VirtualHostDefinition(
            name: "v",
            description: "for tests",
            tags: ["a", "b"],
            defaultQueueType: "quorum",
            limits: VirtualHostLimits(maxConnections: 3)
        )
        try core.define(.putVirtualHost(definition))
        let restarted = try core.restarted()
        #expect(restarted.host.inspect { $0.virtualHostDefinition("v") } == definition)
    }
}
