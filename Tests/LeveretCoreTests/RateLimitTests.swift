import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct RateLimitTests {
    private func core(_ options: QueueOptions, count: Int) throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("q", options)
        for number in 1...count { try core.publish("\(number)", key: "q") }
        return core
    }

    @Test func `a slow queue delivers one message after the other, at even times`() throws {
        let core = try core(.transient.rateLimited(toPerSecond: 4), count: 5)
        let started = try core.consume("q")
        #expect(started.texts == ["1"])
        #expect(started.wakes.last == core.host.time.advanced(byMilliseconds: 250))
        #expect(try core.wait(milliseconds: 249).texts.isEmpty)
        #expect(try core.wait(milliseconds: 1).texts == ["2"])
        #expect(try core.wait(milliseconds: 250).texts == ["3"])
        #expect(try core.wait(milliseconds: 250).texts == ["4"])
    }

    @Test(arguments: [1, 7, 40, 300])
    func `no second sees more than the limit and a tenth, and none less while there is enough`(rate: Int) throws {
        let core = try core(.transient.rateLimited(toPerSecond: rate), count: 4 * rate + rate / 5 + 1)
        var delivered = try core.consume("q", noAcknowledge: true).texts.count
        for second in 1...3 {
            let before = delivered
            for _ in 1...250 { delivered += try core.wait(milliseconds: 4).texts.count }
            #expect(delivered - before <= rate + rate / 10)
            #expect(delivered >= second * rate)
        }
    }

    @Test func `a timer that is late does not lower the rate`() throws {
        let core = try core(.transient.rateLimited(toPerSecond: 400), count: 500)
        var delivered = try core.consume("q", noAcknowledge: true).texts.count
        for _ in 1...20 { delivered += try core.wait(milliseconds: 50).texts.count }
        #expect((400...440).contains(delivered))
    }

    @Test func `all consumers share the limit, and gets are not limited`() throws {
        let core = try core(.transient.rateLimited(toPerSecond: 2), count: 6)
        #expect(try core.consume("q", tag: "a").texts == ["1"])
        #expect(try core.consume("q", tag: "b").texts.isEmpty)
        #expect(try core.get("q").texts == ["2"])
        #expect(try core.wait(milliseconds: 500).texts == ["3"])
    }

    @Test func `a consumer at its prefetch is not waited for without end`() throws {
        let core = try core(.transient.rateLimited(toPerSecond: 10), count: 3)
        try core.consume("q", prefetch: 1)
        #expect(try core.wait(milliseconds: 100).wakes.isEmpty)
        #expect(try core.wait(milliseconds: 10_000).wakes.isEmpty)
        #expect(try core.ack(1).texts == ["2"])
    }

    @Test func `a policy limits queues that are there, and the lower limit counts`() throws {
        let core = try core(.transient.rateLimited(toPerSecond: 100), count: 9)
        try core.setPolicy("slow", "^q", ["rate-limit": 1])
        #expect(try core.consume("q").texts == ["1"])
        #expect(try core.wait(milliseconds: 999).texts.isEmpty)
        #expect(try core.wait(milliseconds: 1).texts == ["2"])
        let freed = try core.define(.deletePolicy(virtualHost: "/", name: "slow"))
        #expect(freed.texts.count >= 1)
    }

    @Test(arguments: [0, -1, 1_000_001])
    func `a limit that makes no sense is refused`(limit: Int) throws {
        let core = try CoreHarness()
        let error = try core.declare("q", .transient.rateLimited(toPerSecond: limit)).channelError
        #expect(error?.code == .preconditionFailed)
        #expect(error?.text.contains("'x-rate-limit'") == true)
    }
}
