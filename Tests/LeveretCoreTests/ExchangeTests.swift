import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct ExchangeTests {
    @Test func `a message passes through exchanges bound to each other`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "direct")
        try core.declareExchange("y", "topic")
        try core.declare("q")
        try core.bindExchange("y", to: "x", "a.b")
        try core.bind("q", to: "y", "a.*")
        try core.publish("1", to: "x", key: "a.b")
        try core.publish("2", to: "x", key: "a.c")
        #expect(try core.drain("q") == ["1"])
        #expect(
            try core.perform(
                .unbindExchange(
                    .init(destination: "y", source: "x", routingKey: "a.b", arguments: [:], noWait: false)
                )
            ).replies == [.exchangeUnbound]
        )
        try core.publish("3", to: "x", key: "a.b")
        #expect(try core.drain("q") == [])
    }

    @Test func `a circle of exchanges ends and gives each queue one copy`() throws {
        let core = try CoreHarness()
        for name in ["x", "y", "z"] { try core.declareExchange(name, "fanout") }
        try core.bindExchange("y", to: "x")
        try core.bindExchange("z", to: "y")
        try core.bindExchange("x", to: "z")
        try core.bindExchange("x", to: "x")
        for queue in ["q", "r"] {
            try core.declare(queue)
            try core.bind(queue, to: "x")
            try core.bind(queue, to: "z")
        }
        try core.publish("a", to: "x", key: "")
        #expect(try core.drain("q") == ["a"])
        #expect(try core.drain("r") == ["a"])
    }

    @Test func `what matches no binding goes to the alternate exchange and counts as routed`() throws {
        let core = try CoreHarness()
        try core.declareExchange("other", "fanout")
        try core.declareExchange("x", "direct", .init(arguments: ["alternate-exchange": "other"]))
        try core.declare("q")
        try core.declare("rest")
        try core.bind("q", to: "x", "k")
        try core.bind("rest", to: "other")
        try core.publish("a", to: "x", key: "k")
        #expect(try core.publish("b", to: "x", key: "none", mandatory: true).script == [])
        #expect(try core.drain("q") == ["a"])
        #expect(try core.drain("rest") == ["b"])
    }

    @Test func `an alternate exchange that is not there routes nowhere`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "direct", .init(arguments: ["alternate-exchange": "gone"]))
        #expect(try core.publish("a", to: "x", key: "k", mandatory: true).script == ["return 312 a"])
    }

    @Test func `alternate exchanges that point at each other end`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "direct", .init(arguments: ["alternate-exchange": "y"]))
        try core.declareExchange("y", "direct", .init(arguments: ["alternate-exchange": "x"]))
        #expect(try core.publish("a", to: "x", key: "k", mandatory: true).script == ["return 312 a"])
    }

    @Test func `an exchange bound to one that matches nothing has matched, and its alternate is not used`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "fanout", ExchangeOptions(arguments: ["alternate-exchange": "amq.fanout"]))
        try core.declareExchange("y", "direct")
        try core.bindExchange("y", to: "x")
        try core.declare("q")
        try core.bind("q", to: "amq.fanout")
        #expect(try core.publish("m", to: "x", key: "k", mandatory: true).script == ["return 312 m"])
        #expect(try core.drain("q") == [])
    }

    @Test func `an alternate exchange behind a bound exchange is used`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "fanout")
        try core.declareExchange("y", "direct", ExchangeOptions(arguments: ["alternate-exchange": "amq.fanout"]))
        try core.bindExchange("y", to: "x")
        try core.declare("q")
        try core.bind("q", to: "amq.fanout")
        #expect(try core.publish("m", to: "x", key: "k", mandatory: true).script == [])
        #expect(try core.drain("q") == ["m"])
    }

    @Test func `the default exchange may be the alternate`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "direct", ExchangeOptions(arguments: ["alternate-exchange": ""]))
        try core.declare("q")
        try core.publish("m", to: "x", key: "q")
        #expect(try core.drain("q") == ["m"])
    }

    @Test func `clients may not publish to an internal exchange, other exchanges may`() throws {
        let core = try CoreHarness()
        try core.declareExchange("inner", "fanout", .init(internal: true))
        try core.declare("q")
        try core.bind("q", to: "inner")
        try core.bindExchange("inner", to: "amq.fanout")
        try core.publish("a", to: "amq.fanout", key: "")
        #expect(try core.drain("q") == ["a"])
        #expect(try core.publish("b", to: "inner", key: "").channelError?.code == .accessRefused)
    }

    @Test func `an exchange declared again alike is the same, otherwise refused with 406`() throws {
        let core = try CoreHarness()
        let options = ExchangeOptions(durable: true, arguments: ["alternate-exchange": "a", "other": 1])
        try core.declareExchange("x", "topic", options)
        var alike = options
        alike.arguments = ["alternate-exchange": "a"]
        #expect(try core.declareExchange("x", "topic", alike).script == ["exchangeDeclared"])
        let differences: [(String, ExchangeOptions, String)] = [
            ("direct", options, "type"),
            ("topic", .init(arguments: options.arguments), "durable"),
            ("topic", .init(durable: true, autoDelete: true, arguments: options.arguments), "auto_delete"),
            ("topic", .init(durable: true, internal: true, arguments: options.arguments), "internal"),
            ("topic", .init(durable: true, arguments: ["alternate-exchange": "b"]), "alternate-exchange"),
        ]
        for (number, (type, options, word)) in differences.enumerated() {
            let channel = try core.open(channel: UInt16(number + 2))
            let error = try core.declareExchange("x", type, options, on: channel).channelError
            #expect(error?.code == .preconditionFailed)
            #expect(error?.text.contains("inequivalent arg '\(word)' for exchange 'x' in vhost '/'") == true)
        }
    }

    @Test(arguments: [
        ("", "direct", false, 403), ("", "direct", true, 403), ("amq.new", "direct", false, 403),
        ("amq.new", "direct", true, 404), ("missing", "direct", true, 404), ("x", "odd", false, 406),
    ])
    func `a declare that may not be is refused`(name: String, type: String, passive: Bool, code: Int) throws {
        let core = try CoreHarness()
        let error = try core.declareExchange(name, type, passive: passive).channelError
        #expect(error.map { Int($0.code.rawValue) } == code)
        #expect(error?.method == .exchangeDeclare)
    }

    @Test func `passive declare of an exchange looks at nothing but the name`() throws {
        let core = try CoreHarness()
        #expect(try core.declareExchange("amq.topic", "fanout", passive: true).script == ["exchangeDeclared"])
        #expect(try core.declareExchange("amq.topic", "topic", .durable).script == ["exchangeDeclared"])
    }

    @Test func `deleting an exchange takes its bindings along`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "fanout")
        try core.declareExchange("y", "fanout")
        try core.declare("q")
        try core.bind("q", to: "y")
        try core.bindExchange("y", to: "x")
        #expect(
            try core.perform(.deleteExchange(name: "y", ifUnused: false, noWait: false)).script == ["exchangeDeleted"]
        )
        #expect(try core.publish("a", to: "x", key: "", mandatory: true).script == ["return 312 a"])
        try core.declareExchange("y", "fanout")
        #expect(try core.publish("b", to: "y", key: "", mandatory: true).script == ["return 312 b"])
    }

    @Test func `deleting keeps to if-unused, to what is predeclared, and forgives what is missing`() throws {
        let core = try CoreHarness()
        #expect(
            try core.perform(.deleteExchange(name: "gone", ifUnused: true, noWait: false)).script == ["exchangeDeleted"]
        )
        try core.declareExchange("x", "fanout")
        try core.declare("q")
        try core.bind("q", to: "x")
        #expect(
            try core.perform(.deleteExchange(name: "x", ifUnused: true, noWait: false)).channelError?.code
                == .preconditionFailed
        )
        let second = try core.open(channel: 2)
        #expect(
            try core.perform(.deleteExchange(name: "amq.topic", ifUnused: false, noWait: false), on: second)
                .channelError?.code == .accessRefused
        )
        let third = try core.open(channel: 3)
        #expect(
            try core.perform(.deleteExchange(name: "", ifUnused: false, noWait: false), on: third).channelError?.code
                == .accessRefused
        )
    }

    @Test func `an auto-delete exchange goes with its last binding, and only if it had one`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "fanout", .init(autoDelete: true))
        try core.declare("q")
        #expect(try core.declareExchange("x", "fanout", passive: true).channelError == nil)
        try core.bind("q", to: "x", "1")
        try core.bind("q", to: "x", "2")
        try core.unbind("q", from: "x", "1")
        #expect(try core.declareExchange("x", "fanout", passive: true).channelError == nil)
        try core.unbind("q", from: "x", "2")
        #expect(try core.declareExchange("x", "fanout", passive: true).channelError?.code == .notFound)
    }

    @Test func `an auto-delete exchange goes with the queue of its last binding, and pulls others along`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "fanout", .init(autoDelete: true))
        try core.declareExchange("y", "fanout", .init(autoDelete: true))
        try core.declare("q")
        try core.bindExchange("y", to: "x")
        try core.bind("q", to: "y")
        try core.deleteQueue("q")
        #expect(try core.declareExchange("y", "fanout", passive: true).channelError?.code == .notFound)
        let second = try core.open(channel: 2)
        #expect(try core.declareExchange("x", "fanout", passive: true, on: second).channelError?.code == .notFound)
    }

    @Test func `binding needs both ends and neither may be the default exchange`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        var number: UInt16 = 2
        for (queue, exchange, code) in [("q", "gone", 404), ("gone", "amq.topic", 404), ("q", "", 403)] {
            let channel = try core.open(channel: number)
            number += 1
            let error = try core.bind(queue, to: exchange, on: channel).channelError
            #expect(error.map { Int($0.code.rawValue) } == code)
        }
    }

    @Test func `unbinding what is not there is fine`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        #expect(try core.unbind("q", from: "amq.topic", "none").script == ["queueUnbound"])
        #expect(try core.unbind("gone", from: "amq.topic").script == ["queueUnbound"])
        #expect(try core.unbind("q", from: "gone").script == ["queueUnbound"])
    }
}
