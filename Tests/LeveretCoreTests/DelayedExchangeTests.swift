import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct DelayedExchangeTests {
    @Test func `a delayed exchange routes as its inner type`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "x-delayed-message", .delayed("topic"))
        try core.declare("q")
        try core.bind("q", to: "x", "a.*")
        try core.publish("hit", to: "x", key: "a.b")
        try core.publish("miss", to: "x", key: "b.a")
        #expect(try core.drain("q") == ["hit"])
        #expect(try core.bind("q", to: "x", "#.#.#").channelError?.code == .preconditionFailed)
    }

    @Test func `it is still delayed, of the same inner type, after a restart`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "x-delayed-message", .delayed("fanout", durable: true))
        let restarted = try core.restarted()
        let again = try restarted.declareExchange("x", "x-delayed-message", .delayed("fanout", durable: true))
        #expect(again.script == ["exchangeDeclared"])
        let other = try restarted.declareExchange("x", "x-delayed-message", .delayed("direct", durable: true))
        #expect(other.channelError?.text.contains("inequivalent arg 'x-delayed-type'") == true)
    }

    @Test(arguments: [nil, "x-delayed-message", "odd"])
    func `an inner type that cannot be is refused`(inner: String?) throws {
        let core = try CoreHarness()
        let options = inner.map { ExchangeOptions.delayed($0) } ?? .transient
        #expect(try core.declareExchange("x", "x-delayed-message", options).channelError?.code == .preconditionFailed)
    }
}

extension ExchangeOptions {
    fileprivate static func delayed(_ inner: String, durable: Bool = false) -> ExchangeOptions {
        ExchangeOptions(durable: durable, arguments: ["x-delayed-type": .string(inner)])
    }
}
