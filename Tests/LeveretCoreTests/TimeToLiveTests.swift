import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct TimeToLiveTests {
    private func options(_ arguments: FieldTable, durable: Bool = false) -> QueueOptions {
        QueueOptions(durable: durable, arguments: arguments)
    }

    @Test func `a queue's messages live as long as it says, to the millisecond`() throws {
        let core = try CoreHarness()
        try core.declare("q", options(["x-message-ttl": 1_000]))
        try core.publish("a", key: "q")
        try core.wait(milliseconds: 999)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 1, consumerCount: 0)
            ]
        )
        try core.wait(milliseconds: 1)
        #expect(try core.drain("q") == [])
    }

    @Test func `a message's own time to live is exact anywhere in the queue`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("for ever", key: "q")
        try core.publish("long", key: "q", expiration: "5000")
        try core.publish("short", key: "q", expiration: "100")
        try core.publish("last", key: "q")
        try core.wait(milliseconds: 100)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 3, consumerCount: 0)
            ]
        )
        try core.wait(milliseconds: 4_900)
        #expect(try core.drain("q") == ["for ever", "last"])
    }

    @Test func `the shorter of the queue's and the message's time to live counts`() throws {
        let core = try CoreHarness()
        try core.declare("q", options(["x-message-ttl": 1_000]))
        try core.publish("a", key: "q", expiration: "2000")
        try core.publish("b", key: "q", expiration: "10")
        try core.wait(milliseconds: 10)
        #expect(try core.get("q").texts == ["a"])
        try core.nack(1)
        try core.wait(milliseconds: 990)
        #expect(try core.drain("q") == [])
    }

    @Test func `a message that comes back too late is not delivered again`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("a", key: "q", expiration: "10")
        #expect(try core.consume("q").texts == ["a"])
        try core.wait(milliseconds: 10)
        #expect(try core.nack(1).texts == [])
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 0, consumerCount: 1)
            ]
        )
    }

    @Test func `a time to live of zero means now or never`() throws {
        let core = try CoreHarness()
        try core.declare("q", options(["x-message-ttl": 0]))
        try core.publish("nobody waits", key: "q")
        #expect(try core.drain("q") == [])
        try core.consume("q")
        #expect(try core.publish("taken", key: "q").texts == ["taken"])
    }

    @Test func `a durable queue whose consumer waits delivers a persistent message without time to live to spare`()
        throws
    {
        let core = try CoreHarness()
        try core.declare("q", .durable)
        try core.consume("q")
        #expect(try core.publish("taken", key: "q", persistent: true, expiration: "0").texts == ["taken"])
    }

    @Test func `an unacknowledged message does not expire, a requeued one does`() throws {
        let core = try CoreHarness()
        try core.declare("q", options(["x-message-ttl": 100]))
        try core.publish("a", key: "q")
        try core.get("q")
        try core.wait(milliseconds: 500)
        #expect(try core.ack(1).channelError == nil)
        try core.publish("b", key: "q")
        try core.get("q")
        try core.wait(milliseconds: 500)
        try core.nack(2)
        #expect(try core.drain("q") == [])
    }

    @Test(arguments: ["", "soon", "-1", "1.5", "315360000001", " 1"])
    func `an expiration that is no number of milliseconds closes the channel`(text: String) throws {
        let core = try CoreHarness()
        try core.declare("q")
        #expect(try core.publish("a", key: "q", expiration: text).channelError?.code == .preconditionFailed)
    }

    @Test func `deadlines survive a restart, and pass while the broker is down`() throws {
        var core = try CoreHarness()
        try core.declare("q", options(["x-message-ttl": 1_000], durable: true))
        try core.publish("a", key: "q", persistent: true)
        try core.wait(milliseconds: 500)
        try core.publish("b", key: "q", persistent: true)
        core = try core.restarted(afterMilliseconds: 499)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 2, consumerCount: 0)
            ]
        )
        try core.wait(milliseconds: 1)
        #expect(
            try core.declare("q", passive: true).replies == [
                .queueDeclared(name: "q", messageCount: 1, consumerCount: 0)
            ]
        )
        core = try core.restarted(afterMilliseconds: 10_000)
        #expect(try core.drain("q") == [])
    }

    @Test func `an unused queue goes when its time is over`() throws {
        let core = try CoreHarness()
        try core.declare("q", options(["x-expires": 1_000]))
        try core.publish("a", key: "q")
        try core.wait(milliseconds: 999)
        #expect(try core.declare("q", passive: true).channelError == nil)
        try core.wait(milliseconds: 999)
        try core.get("q")
        try core.wait(milliseconds: 999)
        try core.consume("q", tag: "c")
        try core.wait(milliseconds: 5_000)
        try core.cancel("c")
        try core.wait(milliseconds: 999)
        #expect(try core.declare("q", passive: true).channelError == nil)
        try core.wait(milliseconds: 1_000)
        #expect(try core.declare("q", passive: true).channelError?.code == .notFound)
    }

    @Test func `a restart begins the time of an unused queue anew`() throws {
        var core = try CoreHarness()
        try core.declare("q", options(["x-expires": 1_000], durable: true))
        core = try core.restarted(afterMilliseconds: 60_000)
        try core.wait(milliseconds: 999)
        #expect(try core.declare("q", passive: true).channelError == nil)
        core = try core.restarted()
        try core.wait(milliseconds: 1_000)
        #expect(try core.declare("q", passive: true).channelError?.code == .notFound)
        core = try core.restarted()
        #expect(try core.declare("q", passive: true).channelError?.code == .notFound)
    }

    @Test func `the driver is asked to call when the next thing falls due, and only for what is earlier`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        let start = core.host.time
        #expect(try core.publish("a", key: "q", expiration: "500").wakes == [start.advanced(byMilliseconds: 500)])
        #expect(try core.publish("b", key: "q", expiration: "900").wakes == [])
        #expect(try core.publish("c", key: "q", expiration: "100").wakes == [start.advanced(byMilliseconds: 100)])
        #expect(try core.wait(milliseconds: 100).wakes == [start.advanced(byMilliseconds: 500)])
    }

    @Test func `what leaves from the middle leaves its neighbours where they are`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("first", key: "q")
        for number in 0..<2_000 {
            try core.publish("x", key: "q", expiration: "\(number % 7 * 100 + 100)")
        }
        try core.publish("last", key: "q")
        for _ in 0..<7 { try core.wait(milliseconds: 100) }
        #expect(try core.drain("q") == ["first", "last"])
    }

    @Test func `what comes back after a purge does not hide that messages behind it expire`() throws {
        let core = try CoreHarness()
        let other = try core.open(session: 2)
        try core.declare("q")
        try core.publish("a", key: "q")
        try core.get("q", on: other)
        try core.perform(.purgeQueue(name: "q", noWait: false))
        try core.publish("x", key: "q", expiration: "10")
        try core.publish("y", key: "q")
        try core.nack(1, on: other)
        #expect(core.host.report().queues[0].ready == 3)
        try core.wait(milliseconds: 10)
        #expect(core.host.report().queues[0].ready == 2)
        #expect(try core.drain("q") == ["a", "y"])
    }

    @Test func `a delayed message does not hide that those published while it got its place expire`() throws {
        let core = try CoreHarness(time: BrokerTime(milliseconds: 1_000_000))
        try core.declare("d", .durable)
        try core.publish("p", key: "d", persistent: true, headers: ["x-delay": .int32(100)], expiration: "300")
        core.commitsAtOnce = false
        try core.wait(milliseconds: 100)
        try core.publish("x", key: "d", persistent: true, expiration: "100")
        try core.publish("y", key: "d", persistent: true, expiration: "500")
        core.commitsAtOnce = true
        try core.commit()
        #expect(core.host.report().queues[0].ready == 3)
        try core.wait(milliseconds: 100)
        #expect(core.host.report().queues[0].ready == 2)
        #expect(try core.drain("d") == ["p", "y"])
    }

    @Test func `what a start puts in front of others does not hide that they expire`() throws {
        var core = try CoreHarness()
        try core.declare("q", QueueOptions(durable: true, arguments: ["x-queue-type": "quorum"]))
        try core.publish("came back", key: "q", persistent: true)
        try core.publish("short", key: "q", persistent: true, expiration: "1000")
        try core.publish("last", key: "q", persistent: true)
        try core.get("q")
        try core.nack(1)
        core = try core.restarted()
        try core.wait(milliseconds: 1_000)
        #expect(core.host.report().queues[0].ready == 2)
        #expect(try core.drain("q") == ["came back", "last"])
    }

    @Test func `a message that comes back a thousand times takes no more memory than before`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("again and again", key: "q", expiration: "9000")
        try core.publish("in the meantime", key: "q", expiration: "1000")
        let before = core.host.report().queues[0].entryBytes
        for tag in 1...1_000 {
            try core.get("q")
            try core.nack(UInt64(tag))
        }
        #expect(core.host.report().queues[0].entryBytes < before + 4_096)
    }
}
