import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct ConsistentHashTests {
    /// A core with queues of these weights bound to the exchange `x`.
    private func core(_ weights: [(queue: String, weight: String)], _ arguments: FieldTable = [:]) throws -> CoreHarness
    {
        let core = try CoreHarness()
        try core.declareExchange("x", "x-consistent-hash", ExchangeOptions(durable: true, arguments: arguments))
        for (queue, weight) in weights {
            try core.declare(queue, .durable)
            try core.bind(queue, to: "x", weight)
        }
        return core
    }

    /// Which queue each of the keys leads to.
    private func assignment(_ core: CoreHarness, _ queues: [String], keys: Range<Int>) throws -> [Int: String] {
        for key in keys { try core.publish("\(key)", to: "x", key: "key \(key)") }
        var assignment: [Int: String] = [:]
        for queue in queues {
            for text in try core.drain(queue) {
                let key = try #require(Int(text))
                #expect(assignment[key] == nil, "one message went to two queues")
                assignment[key] = queue
            }
        }
        #expect(assignment.count == keys.count)
        return assignment
    }

    @Test func `a key always leads to the same queue, also after a restart`() throws {
        let core = try core([("a", "1"), ("b", "1"), ("c", "1")])
        let first = try assignment(core, ["a", "b", "c"], keys: 0..<300)
        #expect(Set(first.values) == ["a", "b", "c"])
        #expect(try assignment(core, ["a", "b", "c"], keys: 0..<300) == first)
        #expect(try assignment(try core.restarted(), ["a", "b", "c"], keys: 0..<300) == first)
    }

    @Test func `queues get shares by their weights`() throws {
        let core = try core([("a", "1"), ("b", "3")])
        let shares = try assignment(core, ["a", "b"], keys: 0..<2000)
        let heavy = shares.values.count { $0 == "b" }
        #expect((1350...1650).contains(heavy))
    }

    @Test func `a queue that leaves gives away its own share only`() throws {
        let core = try core([("a", "10"), ("b", "10"), ("c", "10")])
        let before = try assignment(core, ["a", "b", "c"], keys: 0..<500)
        try core.unbind("b", from: "x", "10")
        let after = try assignment(core, ["a", "c"], keys: 0..<500)
        for (key, queue) in before where queue != "b" { #expect(after[key] == queue) }
    }

    @Test func `a header or a property may be hashed instead of the key`() throws {
        let core = try core([("a", "1"), ("b", "1"), ("c", "1")], ["hash-header": "tenant"])
        for tenant in 0..<30 {
            for key in ["x", "y", "z"] {
                try core.publish("\(tenant)", to: "x", key: key, headers: ["tenant": .int64(Int64(tenant))])
            }
        }
        let texts = try ["a", "b", "c"].map { try core.drain($0) }
        #expect(texts.allSatisfy { !$0.isEmpty })
        for tenants in texts { #expect(tenants.count == 3 * Set(tenants).count) }
        #expect(
            try core.declareExchange("y", "x-consistent-hash", .hashing("message_id")).script == ["exchangeDeclared"]
        )
    }

    @Test(
        arguments: [
            ("often", "The binding key must be an integer"), ("", "The binding key must be an integer"),
            ("0", "The binding key must be greater than 0"), ("10001", "The binding key must not exceed 10000"),
        ]
    )
    func `a binding key that is no weight is refused`(key: String, text: String) throws {
        let core = try core([])
        try core.declare("q")
        let error = try core.bind("q", to: "x", key).channelError
        #expect(error?.code == .preconditionFailed)
        #expect(error?.text.contains(text) == true)
    }

    @Test func `arguments that name no part of the message, or two, are refused`() throws {
        let core = try CoreHarness()
        let unsupported = try core.declareExchange("x", "x-consistent-hash", .hashing("app_id")).channelError
        #expect(unsupported?.text == "PRECONDITION_FAILED - Unsupported property: app_id")
        let both = ExchangeOptions(arguments: ["hash-header": "a", "hash-property": "message_id"])
        let id = try core.open(channel: 2)
        let error = try core.declareExchange("x", "x-consistent-hash", both, on: id).channelError
        #expect(error?.text.contains("mutually exclusive") == true)
    }
}

extension ExchangeOptions {
    fileprivate static func hashing(_ property: String) -> ExchangeOptions {
        ExchangeOptions(arguments: ["hash-property": .string(property)])
    }
}
