import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct DeduplicationTests {
    private func core(_ arguments: FieldTable = [:], durable: Bool = true) throws -> CoreHarness {
        let core = try CoreHarness()
        var all: FieldTable = ["x-message-deduplication": true]
        for entry in arguments.entries { all[entry.key] = entry.value }
        try core.declare("q", QueueOptions(durable: durable, arguments: all))
        return core
    }

    private func header(_ key: FieldValue) -> FieldTable { ["x-deduplication-header": key] }

    @Test func `a message that was there before is dropped, and confirmed`() throws {
        let core = try core()
        try core.selectConfirms()
        #expect(try core.publish("a", key: "q", persistent: true, headers: header("1")).answers == ["confirm 1"])
        #expect(try core.publish("b", key: "q", persistent: true, headers: header("1")).answers == ["confirm 2"])
        try core.publish("c", key: "q", headers: header("2"))
        try core.publish("d", "e", key: "q")
        #expect(try core.drain("q") == ["a", "c", "d", "e"])
        try core.publish("f", key: "q", headers: header("1"))
        #expect(try core.drain("q") == [])
    }

    @Test func `numbers are the same by value`() throws {
        let core = try core()
        try core.publish("a", key: "q", headers: header(.int32(7)))
        try core.publish("b", key: "q", headers: header(.int64(7)))
        try core.publish("c", key: "q", headers: header("7"))
        #expect(try core.drain("q") == ["a", "c"])
    }

    @Test func `the window is limited in number and in time`() throws {
        let core = try core(["x-cache-size": 2, "x-cache-ttl": 1_000])
        for key in ["1", "2", "3"] { try core.publish(key, key: "q", headers: header(.string(key))) }
        try core.publish("2 again", key: "q", headers: header("2"))
        try core.publish("1 again", key: "q", headers: header("1"))
        #expect(try core.drain("q") == ["1", "2", "3", "1 again"])
        try core.wait(milliseconds: 1_000)
        try core.publish("3 again", key: "q", headers: header("3"))
        #expect(try core.drain("q") == ["3 again"])
    }

    @Test func `the window survives a restart`() throws {
        var core = try core(["x-cache-ttl": 1_000])
        try core.publish("a", key: "q", persistent: true, headers: header("1"))
        core = try core.restarted(afterMilliseconds: 500)
        try core.publish("b", key: "q", persistent: true, headers: header("1"))
        #expect(try core.drain("q") == ["a"])
        core = try core.restarted(afterMilliseconds: 500)
        try core.publish("c", key: "q", persistent: true, headers: header("1"))
        #expect(try core.drain("q") == ["c"])
    }

    @Test func `another header may be named`() throws {
        let core = try core(["x-deduplication-header": "order"])
        try core.publish("a", key: "q", headers: ["order": 1])
        try core.publish("b", key: "q", headers: ["order": 1])
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `an exchange drops what it has seen, whatever queue it went to`() throws {
        let core = try CoreHarness()
        try core.declareExchange(
            "x",
            "fanout",
            ExchangeOptions(durable: true, arguments: ["x-message-deduplication": true])
        )
        try core.declare("q", .durable)
        try core.bind("q", to: "x")
        try core.selectConfirms()
        try core.publish("a", to: "x", key: "one", headers: header("1"))
        #expect(try core.publish("b", to: "x", key: "two", headers: header("1")).answers == ["confirm 2"])
        #expect(try core.drain("q") == ["a"])
        let again = try core.restarted()
        try again.publish("c", to: "x", key: "one", headers: header("1"))
        #expect(try again.drain("q") == [])
    }

    @Test func `a message that a full queue refused may be published again`() throws {
        let core = try core(["x-max-length": 1, "x-overflow": "reject-publish"])
        try core.selectConfirms()
        try core.publish("full", key: "q", persistent: true)
        #expect(try core.publish("a", key: "q", persistent: true, headers: header("1")).answers == ["refuse 2"])
        #expect(try core.drain("q") == ["full"])
        #expect(try core.publish("a", key: "q", persistent: true, headers: header("1")).answers == ["confirm 3"])
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `an exchange does not remember what a queue behind it refused`() throws {
        let core = try CoreHarness()
        let exchange = ExchangeOptions(durable: true, arguments: ["x-message-deduplication": true])
        try core.declareExchange("x", "fanout", exchange)
        try core.declare(
            "q",
            QueueOptions(durable: true, arguments: ["x-max-length": 0, "x-overflow": "reject-publish"])
        )
        try core.bind("q", to: "x")
        try core.selectConfirms()
        #expect(try core.publish("a", to: "x", key: "", headers: header("1")).answers == ["refuse 1"])
        try core.consume("q", noAcknowledge: true)
        try core.unbind("q", from: "x")
        try core.declare("other", .durable)
        try core.bind("other", to: "x")
        #expect(try core.publish("a", to: "x", key: "", headers: header("1")).answers == ["confirm 2"])
        #expect(try core.drain("other") == ["a"])
    }

    @Test(arguments: ["", "x"], [true, false])
    func `what is dropped is confirmed no sooner than what was there before is durable`(
        exchange: String,
        durable: Bool
    ) throws {
        let core = try core()
        let arguments: FieldTable = exchange.isEmpty ? [:] : ["x-message-deduplication": true]
        try core.declareExchange("x", "fanout", ExchangeOptions(durable: durable, arguments: arguments))
        try core.bind("q", to: "x")
        try core.selectConfirms()
        core.commitsAtOnce = false
        let send = { (body: String) in
            try core.publish(body, to: exchange, key: "q", persistent: true, headers: self.header("1")).answers
        }
        #expect(try send("a") == [])
        core.cut()
        #expect(try send("a again") == [])
        #expect(try core.commit().answers == ["confirm 1"])
        #expect(try core.commit().answers == ["confirm 2"])
        #expect(try send("a for the third time") == ["confirm 3"])
        #expect(try core.restarted().drain("q") == ["a"])
    }

    @Test func `a copy that another queue takes and loses does not confirm what is dropped any sooner`() throws {
        let core = try core()
        try core.declare("short", QueueOptions(durable: true, arguments: ["x-message-ttl": 10]))
        for queue in ["q", "short"] { try core.bind(queue, to: "amq.fanout") }
        core.commitsAtOnce = false
        try core.publish("a", key: "q", persistent: true, headers: header("1"))
        try core.selectConfirms()
        try core.publish("a again", to: "amq.fanout", key: "", persistent: true, headers: header("1"))
        #expect(try core.wait(milliseconds: 10).answers == [])
        #expect(try core.commit().answers == ["confirm 1"])
        #expect(try core.restarted().drain("q") == ["a"])
    }

    @Test func `what an exchange has seen is forgotten with it, also by a transaction`() throws {
        let core = try CoreHarness()
        let options = ExchangeOptions(durable: true, arguments: ["x-message-deduplication": true])
        try core.declareExchange("x", "fanout", options)
        try core.declare("q", .durable)
        try core.bind("q", to: "x")
        try core.publish("a", to: "x", key: "", headers: header("1"))
        try core.perform(.selectTransactions(noWait: false))
        try core.publish("b", to: "x", key: "", headers: header("1"))
        try core.perform(.deleteExchange(name: "x", ifUnused: false, noWait: false))
        try core.perform(.commit)
        #expect(try core.drain("q") == ["a", "b"])
    }

    @Test func `what finds its queue gone when its transaction is committed keeps nothing like it away`() throws {
        let core = try CoreHarness()
        let options = ExchangeOptions(durable: true, arguments: ["x-message-deduplication": true])
        try core.declareExchange("x", "fanout", options)
        let other = try core.open(channel: 2)
        for queue in ["gone", "q"] {
            try core.declare(queue, .durable)
            try core.bind(queue, to: "x")
            if queue == "gone" {
                try core.perform(.selectTransactions(noWait: false), on: other)
                try core.publish("a", to: "x", key: "", headers: header("1"), on: other)
                try core.deleteQueue(queue)
                try core.perform(.commit, on: other)
            }
        }
        try core.publish("a again", to: "x", key: "", headers: header("1"))
        #expect(try core.drain("q") == ["a again"])
    }

    @Test func `a deleted queue's window is forgotten`() throws {
        var core = try core()
        try core.publish("a", key: "q", persistent: true, headers: header("1"))
        try core.deleteQueue("q")
        core = try core.restarted()
        try core.declare("q", QueueOptions(durable: true, arguments: ["x-message-deduplication": true]))
        try core.publish("b", key: "q", persistent: true, headers: header("1"))
        #expect(try core.drain("q") == ["b"])
    }
}
