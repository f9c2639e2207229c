import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct DelayedMessageTests {
    private func core(_ options: QueueOptions = .durable) throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("q", options)
        return core
    }

    @Test func `a delayed message is delivered when its time comes, behind what is there`() throws {
        let core = try core()
        try core.publish("later", key: "q", persistent: true, headers: ["x-delay": 1_000])
        try core.publish("now", key: "q", persistent: true)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 1, consumerCount: 0)
            ]
        )
        try core.wait(milliseconds: 999)
        try core.publish("then", key: "q", persistent: true)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 2, consumerCount: 0)
            ]
        )
        try core.wait(milliseconds: 1)
        #expect(try core.drain("q") == ["now", "then", "later"])
    }

    @Test func `delays of different lengths do not hold each other up`() throws {
        let core = try core(.transient)
        try core.publish("long", key: "q", headers: ["x-delay": 3_000])
        try core.publish("short", key: "q", headers: ["x-delay": 1_000])
        try core.consume("q")
        #expect(try core.wait(milliseconds: 1_000).texts == ["short"])
        #expect(try core.wait(milliseconds: 2_000).texts == ["long"])
    }

    @Test func `a message that is delayed keeps none behind it from expiring in time`() throws {
        let core = try core()
        try core.publish("later", key: "q", persistent: true, headers: ["x-delay": 1_000])
        core.commitsAtOnce = false
        try core.wait(milliseconds: 1_000)
        try core.publish("short", key: "q", expiration: "100")
        core.commitsAtOnce = true
        try core.wait(milliseconds: 99)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 2, consumerCount: 0)
            ]
        )
        try core.wait(milliseconds: 1)
        #expect(try core.drain("q") == ["later"])
    }

    @Test func `a delayed message that expires before the journal knows its place is not delivered`() throws {
        let core = try core()
        try core.consume("q")
        try core.publish("a", key: "q", persistent: true, headers: ["x-delay": 1_000], expiration: "100")
        core.commitsAtOnce = false
        #expect(try core.wait(milliseconds: 1_000).texts == [])
        try core.wait(milliseconds: 101)
        core.commitsAtOnce = true
        #expect(try core.wait(milliseconds: 0).texts == [])
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 0, consumerCount: 1)
            ]
        )
    }

    @Test func `a delay may be longer than 32 bits of milliseconds`() throws {
        let core = try core()
        let days = Int64(60 * 24 * 3_600 * 1_000)
        try core.publish("a", key: "q", persistent: true, headers: ["x-delay": .int64(days)])
        try core.wait(milliseconds: UInt64(days) - 1)
        #expect(try core.drain("q") == [])
        try core.wait(milliseconds: 1)
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `a time may be named instead of a delay`() throws {
        let core = try core()
        let now = core.host.time.milliseconds
        try core.publish("seconds", key: "q", headers: ["x-deliver-at": .timestamp(now / 1_000 + 2)])
        try core.publish("milliseconds", key: "q", headers: ["x-deliver-at": .int64(Int64(now) + 1_500)])
        try core.publish("past", key: "q", headers: ["x-deliver-at": .timestamp(1)])
        #expect(try core.drain("q") == ["past"])
        try core.wait(milliseconds: 1_500)
        #expect(try core.drain("q") == ["milliseconds"])
        try core.wait(milliseconds: 500)
        #expect(try core.drain("q") == ["seconds"])
    }

    @Test(arguments: [FieldValue.string("soon"), .int64(.max), .double(1.5)])
    func `a delay that is no time closes the channel`(value: FieldValue) throws {
        let core = try core()
        let error = try core.publish("a", key: "q", headers: ["x-delay": value]).channelError
        #expect(error?.code == .preconditionFailed)
    }

    @Test func `a delay that is over before it begins is none`() throws {
        let core = try core()
        try core.publish("a", key: "q", headers: ["x-delay": 0])
        try core.publish("b", key: "q", headers: ["x-delay": -5])
        #expect(try core.drain("q") == ["a", "b"])
    }

    @Test func `delays survive restarts, and the first delivery is marked as one`() throws {
        var core = try core()
        try core.publish("later", key: "q", persistent: true, headers: ["x-delay": 1_000])
        try core.publish("now", key: "q", persistent: true)
        #expect(try core.drain("q") == ["now"])
        core = try core.restarted(afterMilliseconds: 500)
        #expect(try core.get("q").texts == [])
        core = try core.restarted(afterMilliseconds: 500)
        let delivery = try core.get("q").deliveries
        #expect(delivery.map(\.message.text) == ["later"])
        #expect(delivery.map(\.redelivered) == [false])
        core = try core.restarted()
        #expect(try core.get("q").redelivered == [true])
        try core.ack(1)
        #expect(try core.restarted().drain("q") == [])
    }

    @Test func `a stored message leaves only when its new place is on disk`() throws {
        let core = try core()
        try core.publish("a", key: "q", persistent: true, headers: ["x-delay": 1_000])
        core.commitsAtOnce = false
        try core.wait(milliseconds: 1_000)
        #expect(try core.get("q").texts == [])
        try core.commit()
        #expect(try core.get("q").texts == [])
        // The get waits for the delivery mark, as every first one does.
        #expect(try core.commit().texts == ["a"])
    }

    @Test func `the confirm comes when the message is on disk, not when it is due`() throws {
        let core = try core()
        try core.selectConfirms()
        #expect(try core.publish("a", key: "q", persistent: true, headers: ["x-delay": 1_000]).answers == ["confirm 1"])
    }

    @Test func `its time to live begins when its time has come`() throws {
        let core = try core(.transient)
        try core.publish("a", key: "q", headers: ["x-delay": 1_000], expiration: "500")
        try core.wait(milliseconds: 1_499)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 1, consumerCount: 0)
            ]
        )
        try core.wait(milliseconds: 1)
        #expect(try core.drain("q") == [])
    }

    @Test func `an operator can see what waits and drop it for good`() throws {
        let core = try core()
        let start = core.host.time
        try core.publish("b", key: "q", persistent: true, headers: ["x-delay": 2_000])
        try core.publish("aa", key: "q", persistent: true, headers: ["x-delay": 1_000])
        let waiting = try #require(core.host.delayedMessages(of: "q"))
        #expect(waiting.map(\.size) == [2, 1])
        #expect(waiting.map(\.dueAt) == [1_000, 2_000].map { start.advanced(byMilliseconds: $0) })
        #expect(core.host.delayedMessages(of: "none") == nil)
        try core.apply(.cancelDelayed(virtualHost: "/", queue: "q", number: waiting[0].number))
        try core.apply(.cancelDelayed(virtualHost: "/", queue: "q", number: 99))
        let again = try core.restarted(afterMilliseconds: 5_000)
        #expect(try again.drain("q") == ["b"])
    }

    @Test func `a deleted queue takes its delayed messages along`() throws {
        let core = try core()
        try core.publish("a", key: "q", persistent: true, headers: ["x-delay": 1_000])
        try core.deleteQueue("q")
        try core.declare("q", .durable)
        try core.wait(milliseconds: 5_000)
        #expect(try core.drain("q") == [])
        #expect(try core.restarted().drain("q") == [])
    }
}
