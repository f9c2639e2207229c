import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct RoutingTests {
    @Test func `the default exchange routes to the queue of the key's name`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("r")
        try core.publish("a", key: "q")
        #expect(try core.drain("q") == ["a"])
        #expect(try core.drain("r") == [])
    }

    @Test func `a direct exchange compares the whole key`() throws {
        let core = try CoreHarness()
        for (queue, key) in [("q", "k"), ("r", "k"), ("s", "k.l"), ("t", "")] {
            try core.declare(queue)
            try core.bind(queue, to: "amq.direct", key)
        }
        try core.publish("a", to: "amq.direct", key: "k")
        try core.publish("b", to: "amq.direct", key: "")
        #expect(try core.drain("q") == ["a"])
        #expect(try core.drain("r") == ["a"])
        #expect(try core.drain("s") == [])
        #expect(try core.drain("t") == ["b"])
    }

    @Test func `names and keys are the same only if their bytes are`() throws {
        let core = try CoreHarness()
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        try core.declare(composed)
        try core.publish("a", key: decomposed)
        #expect(try core.drain(composed) == [])
        try core.declare(decomposed)
        try core.bind(composed, to: "amq.topic", "a.\u{301}b")
        try core.bind(decomposed, to: "amq.topic", "a.*")
        try core.publish("b", to: "amq.topic", key: "a.\u{301}b")
        #expect(try core.drain(composed) == ["b"])
        #expect(try core.drain(decomposed) == ["b"])
    }

    @Test func `a fanout exchange routes to every queue and looks at no key`() throws {
        let core = try CoreHarness()
        for queue in ["q", "r"] {
            try core.declare(queue)
            try core.bind(queue, to: "amq.fanout", "key of \(queue)")
        }
        try core.publish("a", to: "amq.fanout", key: "anything")
        #expect(try core.drain("q") == ["a"])
        #expect(try core.drain("r") == ["a"])
    }

    @Test func `a queue bound twice gets one copy`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.topic", "a.*")
        try core.bind("q", to: "amq.topic", "#")
        try core.bind("q", to: "amq.topic", "*.b")
        try core.publish("a", to: "amq.topic", key: "a.b")
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `a binding made anew changes nothing, one with other arguments is another`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.direct", "k", ["a": 1])
        try core.bind("q", to: "amq.direct", "k", ["a": 1])
        try core.bind("q", to: "amq.direct", "k", ["a": 2])
        try core.unbind("q", from: "amq.direct", "k", ["a": 1])
        try core.publish("a", to: "amq.direct", key: "k")
        #expect(try core.drain("q") == ["a"])
        try core.unbind("q", from: "amq.direct", "k", ["a": 2])
        try core.publish("b", to: "amq.direct", key: "k")
        #expect(try core.drain("q") == [])
    }

    @Test func `bindings whose keys differ only in their bytes are two`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.direct", "caf\u{E9}")
        try core.bind("q", to: "amq.direct", "cafe\u{301}")
        try core.unbind("q", from: "amq.direct", "caf\u{E9}")
        try core.publish("m", to: "amq.direct", key: "cafe\u{301}")
        #expect(try core.drain("q") == ["m"])
    }

    @Test func `a binding of a durable exchange to a transient queue is gone after a restart`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "fanout", .durable)
        try core.declare("q")
        try core.bind("q", to: "x")
        let restarted = try core.restarted()
        try restarted.declare("q")
        #expect(try restarted.publish("m", to: "x", key: "", mandatory: true).script == ["return 312 m"])
    }

    @Test func `the route that a channel remembers follows the bindings`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.topic", "a.b")
        try core.publish("1", to: "amq.topic", key: "a.b")
        try core.declare("r")
        try core.bind("r", to: "amq.topic", "a.#")
        try core.publish("2", to: "amq.topic", key: "a.b")
        try core.deleteQueue("q")
        try core.publish("3", to: "amq.topic", key: "a.b")
        try core.declare("q")
        try core.publish("4", to: "amq.topic", key: "a.b")
        #expect(try core.drain("q") == [])
        #expect(try core.drain("r") == ["2", "3", "4"])
    }

    @Test(arguments: [2, 3, 40, 400])
    func `publishings to several addresses in turn each find their queue, before and after it changes`(
        _ count: Int
    ) throws {
        let core = try CoreHarness()
        let queues = (0..<count).map { "q\($0)" }
        for queue in queues { try core.declare(queue) }
        // The same bytes at other places: in the name of the exchange, and in the key.
        for (number, queue) in queues.enumerated() {
            try core.bind(queue, to: "amq.direct", queues[count - 1 - number])
        }
        for round in 0..<3 {
            for queue in queues {
                try core.publish("to \(queue), \(round)", key: queue)
                try core.publish("by \(queue), \(round)", to: "amq.direct", key: queue)
            }
        }
        for (number, queue) in queues.enumerated() {
            let opposite = count - 1 - number
            let own = (0..<3).map { "to \(queue), \($0)" }
            let bound = (0..<3).map { "by q\(opposite), \($0)" }
            let expected = zip(own, bound).flatMap { number <= opposite ? [$0, $1] : [$1, $0] }
            #expect(try core.drain(queue) == expected)
        }
        try core.unbind("q0", from: "amq.direct", "q\(count - 1)")
        for queue in queues { try core.publish("again \(queue)", to: "amq.direct", key: queue) }
        #expect(try core.drain("q0") == [])
        #expect(try core.drain("q1") == ["again q\(count - 2)"])
    }

    @Test func `an exchange declared anew with another type routes anew`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declareExchange("x", "direct")
        try core.bind("q", to: "x", "k")
        try core.publish("1", to: "x", key: "k")
        try core.perform(.deleteExchange(name: "x", ifUnused: false, noWait: false))
        try core.declareExchange("x", "fanout")
        try core.publish("2", to: "x", key: "k")
        try core.bind("q", to: "x", "other")
        try core.publish("3", to: "x", key: "k")
        #expect(try core.drain("q") == ["1", "3"])
    }
}

@Suite struct TopicRoutingTests {
    static let matching: [(pattern: String, key: String)] = [
        ("a.b", "a.b"), ("a.*", "a.b"), ("*.b", "a.b"), ("*.*", "a.b"), ("#", "a.b"), ("a.#", "a.b"), ("#.b", "a.b"),
        ("#", ""), ("", ""), ("#.#", ""), ("#.#", "a"), ("#.#", "a.b.c"), ("a.#", "a"), ("#.a", "a"), ("a.#.b", "a.b"),
        ("a.#.b", "a.x.y.b"), ("a.*.b", "a..b"), ("a..b", "a..b"), ("*.b", ".b"), ("a.*", "a."), ("*", "a"),
        ("#.*", "a"), ("*.#", "a.b.c"), ("#.b.#", "a.b.c"), ("*.#.*", "a.b"),
        ("*.*", "."), ("#", "."), ("#.*.#", "a"),
    ]
    static let different: [(pattern: String, key: String)] = [
        ("a.b", "a"), ("a.b", "a.b.c"), ("a.*", "a"), ("a.*", "a.b.c"), ("*", ""), ("*", "a.b"), ("", "a"),
        ("a.*.b", "a.b"), ("#.a", "a.b"), ("a.#.b", "a"), ("*.#", ""), ("*.#.*", "a"), ("a.b", "a.B"),
        ("a", "a."), ("a", ".a"), ("", "."), ("*.*", "a"), ("a*", "ab"), ("a.#b", "a.b"),
    ]

    @Test(arguments: matching) func `the pattern matches`(pattern: String, key: String) throws {
        #expect(try Self.routes(pattern, key))
    }

    @Test(arguments: different) func `the pattern does not match`(pattern: String, key: String) throws {
        #expect(try !Self.routes(pattern, key))
    }

    private static func routes(_ pattern: String, _ key: String) throws -> Bool {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.topic", pattern)
        try core.publish("a", to: "amq.topic", key: key)
        let texts = try core.drain("q")
        #expect(texts.count < 2, "delivered twice")
        return !texts.isEmpty
    }

    @Test func `a pattern with more than two number signs is refused`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.direct", "#.#.#")
        #expect(try core.bind("q", to: "amq.topic", "#.a.#.b.#").channelError?.code == .preconditionFailed)
    }

    @Test func `ten thousand bindings that match everything give each queue one copy of the longest key`() throws {
        let core = try CoreHarness()
        for queue in ["q", "r"] {
            try core.declare(queue)
            for number in 0..<5000 {
                let key = number % 2 == 0 ? "#.\(number).#" : "#.#"
                let bind = Bind(
                    destination: queue,
                    source: "amq.topic",
                    routingKey: key,
                    arguments: ["number": .int64(Int64(number))],
                    noWait: true
                )
                // Without the checks of everything that follow each command otherwise.
                _ = core.host.apply(.method(core.channel, .bindQueue(bind)))
            }
        }
        let key = Array(repeating: "2", count: 120).joined(separator: ".")
        try core.publish("m", to: "amq.topic", key: key)
        for queue in ["q", "r"] {
            #expect(try core.drain(queue) == ["m"])
            try core.deleteQueue(queue)
        }
        #expect(try core.publish("n", to: "amq.topic", key: key, mandatory: true).script == ["return 312 n"])
    }

    @Test func `patterns that share words are told apart`() throws {
        let core = try CoreHarness()
        let patterns = ["a.b", "a.*", "a.#", "*.b", "#"]
        for pattern in patterns {
            try core.declare(pattern)
            try core.bind(pattern, to: "amq.topic", pattern)
        }
        try core.unbind("a.*", from: "amq.topic", "a.*")
        try core.publish("m", to: "amq.topic", key: "a.b")
        try core.publish("n", to: "amq.topic", key: "a.b.c")
        #expect(try patterns.map { try core.drain($0) } == [["m"], [], ["m", "n"], ["m"], ["m", "n"]])
    }
}

@Suite struct HeadersRoutingTests {
    struct Case: Sendable {
        let arguments: FieldTable
        let headers: FieldTable
        let matches: Bool

        init(_ arguments: FieldTable, _ headers: FieldTable, _ matches: Bool) {
            self.arguments = arguments
            self.headers = headers
            self.matches = matches
        }
    }

    static let cases: [Case] = [
        Case([:], ["a": 1], true),
        Case(["x-match": "all"], [:], true),
        Case(["x-match": "any"], ["a": 1], false),
        Case(["a": 1, "b": 2], ["a": 1, "b": 2, "c": 3], true),
        Case(["a": 1, "b": 2], ["a": 1], false),
        Case(["x-match": "any", "a": 1, "b": 2], ["b": 2], true),
        Case(["x-match": "any", "a": 1, "b": 2], ["b": 3], false),
        Case(["a": .int32(5)], ["a": .int64(5)], true),
        Case(["a": .uint8(5)], ["a": .int16(5)], true),
        Case(["a": 5], ["a": "5"], false),
        Case(["a": 1], ["a": true], false),
        Case(["a": .void], ["a": "whatever"], true),
        Case(["a": .void], ["b": 1], false),
        Case(["x-match": "all", "x-a": 1], [:], true),
        Case(["x-match": "any", "x-a": 1], ["x-a": 1], false),
        Case(["x-match": "all-with-x", "x-a": 1], [:], false),
        Case(["x-match": "all-with-x", "x-a": 1], ["x-a": 1], true),
        Case(["x-match": "any-with-x", "x-a": 1, "b": 1], ["x-a": 1], true),
        Case(["x-match": "any-with-x"], ["x-match": "any-with-x"], false),
        Case(["a": .table(["b": 1])], ["a": .table(["b": 1])], true),
    ]

    @Test(arguments: cases)
    func `headers match as the binding says`(_ example: Case) throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.headers", "", example.arguments)
        try core.publish("a", to: "amq.headers", key: "", headers: example.headers)
        #expect(try core.drain("q") == (example.matches ? ["a"] : []))
    }

    @Test func `a message without headers matches an empty all`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.match", "")
        try core.publish("a", to: "amq.match", key: "")
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `among many bindings each message finds those that it meets`() throws {
        let core = try CoreHarness()
        for number in 0..<50 {
            try core.declare("all\(number)")
            try core.bind("all\(number)", to: "amq.headers", "", ["a": .int64(Int64(number)), "b": .void])
            try core.declare("any\(number)")
            let any: FieldTable = ["x-match": "any", "a": .int64(Int64(number)), "c": .int64(Int64(number))]
            try core.bind("any\(number)", to: "amq.headers", "", any)
        }
        try core.publish("m", to: "amq.headers", key: "", headers: ["a": .int32(7), "b": "there", "c": .uint8(9)])
        #expect(try core.drain("all7") == ["m"])
        #expect(try core.drain("any7") == ["m"])
        #expect(try core.drain("any9") == ["m"])
        #expect(core.host.report().queues.allSatisfy { $0.ready == 0 })
        try core.unbind("all7", from: "amq.headers", "", ["b": .void, "a": 7])
        try core.publish("n", to: "amq.headers", key: "", headers: ["a": 7, "b": "there"])
        #expect(try core.drain("all7") == [])
        #expect(try core.drain("any7") == ["n"])
    }

    @Test func `of headers of one name the last counts`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.bind("q", to: "amq.headers", "", ["a": 2])
        var headers = FieldTable()
        headers.append(key: "a", value: 2)
        headers.append(key: "a", value: 1)
        try core.publish("not", to: "amq.headers", key: "", headers: headers)
        headers.append(key: "a", value: 2)
        try core.publish("m", to: "amq.headers", key: "", headers: headers)
        #expect(try core.drain("q") == ["m"])
    }

    @Test func `an unknown x-match is refused`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        let error = try core.bind("q", to: "amq.headers", "", ["x-match": "some"]).channelError
        #expect(error?.code == .preconditionFailed)
    }
}
