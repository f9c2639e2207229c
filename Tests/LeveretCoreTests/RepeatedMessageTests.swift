import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct RepeatedMessageTests {
    private func core(_ options: QueueOptions = .durable) throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("q", options)
        return core
    }

    @Test(arguments: [QueueOptions.durable, .transient])
    func `a copy comes each time, and the first one after the first such time`(options: QueueOptions) throws {
        let core = try core(options)
        #expect(try core.publish("tick", key: "q", persistent: true, headers: ["x-repeat-every": 1_000]).texts.isEmpty)
        try core.consume("q", noAcknowledge: true)
        for _ in 1...5 {
            #expect(try core.wait(milliseconds: 999).texts == [])
            let copies = try core.wait(milliseconds: 1)
            #expect(copies.texts == ["tick"])
            #expect(copies.redelivered == [false])
        }
        #expect(core.host.delayedCount(of: "q") == 1)
    }

    @Test func `a copy carries the other headers and not those that say when`() throws {
        let core = try core()
        try core.publish(
            "tick",
            key: "q",
            persistent: true,
            headers: ["x-repeat-every": 1_000, "x-delay": 10, "job": "report"]
        )
        try core.wait(milliseconds: 10)
        let copy = try #require(try core.get("q").deliveries.first)
        #expect(copy.message.headers == ["job": "report"])
        try core.wait(milliseconds: 1_000)
        #expect(try core.drain("q") == ["tick"])
    }

    @Test func `a schedule in cron's fields is kept to, in UTC`() throws {
        let core = try core()
        // It is 8 o'clock.
        try core.publish("report", key: "q", persistent: true, headers: ["x-repeat-cron": "30 8,9 * * *"])
        try core.consume("q", noAcknowledge: true)
        #expect(try core.wait(milliseconds: 30 * 60_000 - 1).texts == [])
        #expect(try core.wait(milliseconds: 1).texts == ["report"])
        #expect(try core.wait(milliseconds: 60 * 60_000).texts == ["report"])
        #expect(try core.wait(milliseconds: 23 * 60 * 60_000).texts == ["report"])
    }

    @Test func `what was missed is made up for once, and the rhythm stays`() throws {
        let core = try core()
        try core.publish("tick", key: "q", persistent: true, headers: ["x-repeat-every": 1_000])
        let again = try core.restarted(afterMilliseconds: 3_500)
        #expect(try again.drain("q") == ["tick"])
        try again.wait(milliseconds: 499)
        #expect(try again.drain("q") == [])
        try again.wait(milliseconds: 1)
        #expect(try again.drain("q") == ["tick"])
    }

    @Test func `repetition and copies survive restarts, neither lost nor doubled`() throws {
        var core = try core()
        try core.publish("tick", key: "q", persistent: true, headers: ["x-repeat-every": 1_000])
        for copies in 1...4 {
            try core.wait(milliseconds: 1_000)
            core = try core.restarted()
            let declared = try core.declare("q", passive: true).replies
            #expect(declared == [.queueDeclared(name: "q", messageCount: UInt32(copies), consumerCount: 0)])
        }
        #expect(core.host.delayedCount(of: "q") == 1)
    }

    @Test func `a copy that is not on disk when the broker is killed comes once after it`() throws {
        let core = try core()
        try core.publish("tick", key: "q", persistent: true, headers: ["x-repeat-every": 1_000])
        core.commitsAtOnce = false
        try core.wait(milliseconds: 1_000)
        let again = try core.restarted()
        #expect(try again.drain("q") == ["tick"])
        try again.wait(milliseconds: 999)
        #expect(try again.drain("q") == [])
        try again.wait(milliseconds: 1)
        #expect(try again.drain("q") == ["tick"])
    }

    @Test func `an original that has left memory is read back`() throws {
        var limits = CoreLimits()
        limits.residentBytes = 0
        let core = try CoreHarness(limits)
        try core.declare("q", .durable)
        try core.publish("tick", key: "q", persistent: true, headers: ["x-repeat-every": 1_000])
        try core.publish("else", key: "q", persistent: true)
        #expect(try core.drain("q") == ["else"])
        for _ in 1...3 {
            try core.wait(milliseconds: 1_000)
            #expect(try core.drain("q") == ["tick"])
        }
    }

    @Test func `a cancelled repetition is over, and copies stay`() throws {
        let core = try core()
        try core.publish("tick", key: "q", persistent: true, headers: ["x-repeat-every": 1_000])
        try core.wait(milliseconds: 1_000)
        let number = try #require(core.host.delayedNumbers(of: "q").first)
        try core.apply(.cancelDelayed(virtualHost: "/", queue: "q", number: number))
        try core.wait(milliseconds: 10_000)
        #expect(try core.drain("q") == ["tick"])
        let again = try core.restarted(afterMilliseconds: 10_000)
        #expect(try again.drain("q") == [])
    }

    @Test func `copies obey the rules of the queue, and deduplication lets them in`() throws {
        let core = try core(
            .durable.limited(toLength: 2).messageTimeToLive(milliseconds: 2_500).deduplicating()
        )
        let headers: FieldTable = ["x-repeat-every": 1_000, "x-deduplication-header": "job"]
        try core.publish("tick", key: "q", persistent: true, headers: headers)
        try core.publish("again", key: "q", persistent: true, headers: headers)
        #expect(core.host.delayedCount(of: "q") == 1)
        try core.wait(milliseconds: 5_000)
        #expect(try core.drain("q") == ["tick"])
        for _ in 1...3 { try core.wait(milliseconds: 1_000) }
        #expect(try core.drain("q") == ["tick", "tick"])
    }

    @Test func `each queue that the message was routed to has its own, also out of a transaction`() throws {
        let core = try CoreHarness()
        for queue in ["a", "b"] {
            try core.declare(queue, .durable)
            try core.bind(queue, to: "amq.fanout")
        }
        try core.perform(.selectTransactions(noWait: false))
        try core.publish("tick", to: "amq.fanout", key: "", persistent: true, headers: ["x-repeat-every": 1_000])
        try core.perform(.commit)
        for _ in 1...2 {
            try core.wait(milliseconds: 1_000)
            for queue in ["a", "b"] { #expect(try core.get(queue).texts == ["tick"]) }
        }
    }

    @Test(
        arguments: [
            ["x-repeat-every": 99], ["x-repeat-every": -1], ["x-repeat-every": "often"],
            ["x-repeat-every": 315_360_000_001], ["x-repeat-cron": "* * *"], ["x-repeat-cron": "0 0 30 2 *"],
            ["x-repeat-cron": 5],
        ] as [FieldTable]
    )
    func `what cannot be repeated is refused`(headers: FieldTable) throws {
        let core = try core()
        let error = try core.publish("x", key: "q", headers: headers).channelError
        #expect(error?.code == .preconditionFailed)
        #expect(error?.text.contains("invalid value of header 'x-repeat-") == true)
    }
}
