import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct ConsumerTimeoutTests {
    private func core(_ arguments: FieldTable = [:]) throws -> CoreHarness {
        let core = try CoreHarness()
        var all: FieldTable = ["x-queue-type": "quorum", "x-consumer-timeout": 1_000]
        for entry in arguments.entries { all[entry.key] = entry.value }
        try core.declare("q", QueueOptions(durable: true, arguments: all))
        return core
    }

    @Test func `a delivery that nobody acknowledges in time goes to somebody else`() throws {
        let core = try core()
        let second = try core.open(channel: 2)
        try core.setPrefetch(1)
        try core.setPrefetch(1, on: second)
        try core.consume("q")
        try core.publish("a", key: "q")
        try core.consume("q", on: second)
        try core.wait(milliseconds: 999)
        try core.publish("b", key: "q")
        let again = try core.wait(milliseconds: 1)
        #expect(again.texts == ["a"])
        #expect(again.redelivered == [true])
        #expect(again.deliveries[0].message.headers["x-delivery-count"] == .int64(1))
    }

    @Test func `an acknowledgement that comes too late is ignored, an unknown one is not`() throws {
        let core = try core()
        try core.publish("a", "b", key: "q")
        try core.get("q")
        try core.wait(milliseconds: 500)
        try core.get("q")
        try core.wait(milliseconds: 500)
        #expect(try core.ack(1).channelError == nil)
        #expect(try core.ack(2).channelError == nil)
        #expect(try core.drain("q") == ["a"])
        #expect(try core.ack(9).channelError?.code == .preconditionFailed)
    }

    @Test func `taking too long counts as a failure`() throws {
        let core = try core(["x-delivery-limit": 1])
        try core.publish("a", key: "q")
        for _ in 0..<2 {
            #expect(try core.get("q").texts == ["a"])
            try core.wait(milliseconds: 1_000)
        }
        #expect(try core.get("q").texts == [])
    }

    @Test func `what was acknowledged in time is not taken back`() throws {
        let core = try core()
        for tag in 1...10 {
            try core.publish("\(tag)", key: "q")
            try core.get("q")
            try core.ack(UInt64(tag))
        }
        #expect(try core.wait(milliseconds: 5_000).texts == [])
        #expect(try core.drain("q") == [])
    }

    @Test func `a delivery of a later channel of the same number is not taken back`() throws {
        let core = try core()
        try core.declare("other")
        try core.publish("a", key: "q")
        try core.publish("b", key: "other")
        let first = try core.open(channel: 2)
        try core.get("q", on: first)
        try core.apply(.closeChannel(first))
        let second = try core.open(channel: 2)
        #expect(try core.get("other", on: second).tags == [1])
        try core.wait(milliseconds: 1_000)
        #expect(try core.drain("other") == [])
        #expect(try core.nack(1, on: second).channelError == nil)
        #expect(try core.drain("other") == ["b"])
    }

    @Test func `what was acknowledged in a transaction is taken back if that is rolled back, and not before`() throws {
        let core = try core()
        try core.publish("a", key: "q")
        try core.perform(.selectTransactions(noWait: false))
        try core.get("q")
        try core.ack(1)
        let other = try core.open(channel: 2)
        try core.wait(milliseconds: 1_500)
        #expect(try core.drain("q", on: other) == [])
        try core.perform(.rollback)
        try core.wait(milliseconds: 1_000)
        #expect(try core.drain("q", on: other) == ["a"])
    }
}
