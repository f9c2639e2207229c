import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct RetryDelayTests {
    private func core(_ arguments: FieldTable) throws -> CoreHarness {
        let core = try CoreHarness()
        var all: FieldTable = ["x-queue-type": "quorum", "x-delivery-limit": -1]
        for entry in arguments.entries { all[entry.key] = entry.value }
        try core.declare("q", QueueOptions(durable: true, arguments: all))
        return core
    }

    /// How many milliseconds a message that came back waits, looked at in steps of ten.
    private func wait(for core: CoreHarness, tag: inout UInt64, requeue: (UInt64) throws -> Void) throws -> UInt64 {
        tag += 1
        try requeue(tag)
        var waited: UInt64 = 0
        while try core.get("q").texts.isEmpty {
            waited += 10
            try core.wait(milliseconds: 10)
        }
        return waited
    }

    @Test func `the wait grows with each failure up to its longest`() throws {
        let core = try core(["x-delayed-retry-type": "all", "x-delayed-retry-min": 100, "x-delayed-retry-max": 250])
        try core.publish("a", key: "q", persistent: true)
        try core.get("q")
        var tag: UInt64 = 0
        var waits: [UInt64] = []
        for _ in 0..<4 {
            waits.append(try wait(for: core, tag: &tag) { try core.reject($0, requeue: true) })
        }
        #expect(waits == [100, 200, 250, 250])
    }

    @Test func `a get behind a recover that waited finds what comes back without a wait`() throws {
        let core = try core(["x-delayed-retry-type": "all", "x-delayed-retry-min": 0, "x-delayed-retry-max": 0])
        try core.publish("a", key: "q", persistent: true)
        core.commitsAtOnce = false
        #expect(try core.get("q").script == [])
        try core.perform(.recover(requeue: true, noWait: false))
        #expect(try core.get("q").script == [])
        #expect(try core.commit().deliveries.map(\.message.text) == ["a", "a"])
    }

    @Test func `the wait may double`() throws {
        let core = try core([
            "x-delayed-retry-type": "failed", "x-delayed-retry-min": 100, "x-delayed-retry-backoff": "exponential",
        ])
        try core.publish("a", key: "q")
        try core.get("q")
        var tag: UInt64 = 0
        var waits: [UInt64] = []
        for _ in 0..<4 {
            waits.append(try wait(for: core, tag: &tag) { try core.reject($0, requeue: true) })
        }
        #expect(waits == [100, 200, 400, 800])
    }

    @Test func `only what the type names waits`() throws {
        let core = try core(["x-delayed-retry-type": "failed", "x-delayed-retry-min": 100])
        try core.publish("a", key: "q")
        try core.get("q")
        try core.nack(1)
        #expect(try core.get("q").texts == ["a"])
        try core.reject(2, requeue: true)
        #expect(try core.get("q").texts == [])
        let other = try self.core(["x-delayed-retry-type": "returned", "x-delayed-retry-min": 100])
        try other.publish("a", key: "q")
        try other.get("q")
        try other.reject(1, requeue: true)
        #expect(try other.get("q").texts == ["a"])
        try other.nack(2)
        #expect(try other.get("q").texts == [])
    }

    @Test func `a message that waits does not hold up those behind it, and goes back to its place`() throws {
        let core = try core(["x-delayed-retry-type": "all", "x-delayed-retry-min": 100])
        try core.publish("a", "b", "c", key: "q")
        try core.get("q")
        try core.reject(1, requeue: true)
        #expect(try core.get("q").texts == ["b"])
        try core.wait(milliseconds: 100)
        #expect(try core.drain("q") == ["a", "c"])
    }

    @Test func `a message that comes back without a wait may be too much for its queue`() throws {
        let core = try core([
            "x-delayed-retry-type": "all", "x-delayed-retry-min": 0, "x-delayed-retry-max": 0, "x-max-length": 1,
        ])
        try core.publish("a", key: "q")
        try core.get("q")
        try core.publish("b", key: "q")
        try core.reject(1, requeue: true)
        #expect(try core.get("q").texts == ["b"])
        #expect(try core.get("q").texts == [])
    }

    @Test func `a message may name its own wait`() throws {
        let core = try core(["x-delayed-retry-type": "all", "x-delayed-retry-min": 100])
        try core.publish("a", key: "q", headers: ["x-delayed-retry-min": 500])
        try core.get("q")
        var tag: UInt64 = 0
        #expect(try wait(for: core, tag: &tag) { try core.reject($0, requeue: true) } == 500)
    }

    @Test func `chance only shortens a wait, by no more than it may`() throws {
        let core = try core([
            "x-delayed-retry-type": "all", "x-delayed-retry-min": 1_000, "x-delayed-retry-max": 1_000,
            "x-delayed-retry-jitter": 50,
        ])
        try core.publish("a", key: "q")
        try core.get("q")
        var tag: UInt64 = 0
        var waits: Set<UInt64> = []
        for _ in 0..<20 {
            waits.insert(try wait(for: core, tag: &tag) { try core.reject($0, requeue: true) })
        }
        #expect(waits.allSatisfy { (500...1_000).contains($0) })
        #expect(waits.count > 5)
    }

    @Test func `a wait goes on after a restart`() throws {
        var core = try core(["x-delayed-retry-type": "all", "x-delayed-retry-min": 1_000])
        try core.publish("a", "b", key: "q", persistent: true)
        try core.get("q")
        try core.reject(1, requeue: true)
        core = try core.restarted(afterMilliseconds: 400)
        #expect(try core.get("q").texts == ["b"])
        try core.wait(milliseconds: 599)
        #expect(try core.get("q").texts == [])
        try core.wait(milliseconds: 1)
        let again = try core.get("q").deliveries
        #expect(again.map(\.message.text) == ["a"])
        #expect(again.map(\.redelivered) == [true])
        #expect(again[0].message.headers["x-delivery-count"] == .int64(1))
    }
}
