import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct HeldReplyTests {
    @Test func `declaring something durable is answered when it is durable`() throws {
        let core = try CoreHarness()
        core.commitsAtOnce = false
        #expect(try core.declare("d", .durable).script == [])
        #expect(try core.commit().declaredName == "d")
        #expect(try core.declareExchange("x", "topic", .durable).script == [])
        #expect(try core.commit().script == ["exchangeDeclared"])
        #expect(try core.bind("d", to: "x", "k").script == [])
        #expect(try core.commit().script == ["queueBound"])
        #expect(try core.unbind("d", from: "x", "k").script == [])
        #expect(try core.commit().script == ["queueUnbound"])
        #expect(try core.deleteQueue("d").script == [])
        #expect(try core.commit().script == ["queueDeleted(messageCount: 0)"])
    }

    @Test func `what is not durable is answered at once`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        core.commitsAtOnce = false
        #expect(try core.declare("t").declaredName == "t")
        #expect(try core.declareExchange("x", "fanout").script == ["exchangeDeclared"])
        #expect(try core.bind("d", to: "x").script == ["queueBound"])
        #expect(try core.bind("t", to: "amq.topic").script == ["queueBound"])
        #expect(try core.declare("e", .init(durable: true, exclusive: true)).declaredName == "e")
        #expect(try core.declare("d", .durable).declaredName == "d")
        #expect(!core.cut())
    }

    @Test func `declaring again what is not durable yet waits as well`() throws {
        let core = try CoreHarness()
        let other = try core.open(channel: 2)
        core.commitsAtOnce = false
        try core.declare("d", .durable)
        #expect(try core.declare("d", .durable, on: other).script == [])
        #expect(try core.commit().script.count == 2)
    }

    @Test func `answers and confirms of a channel leave in order`() throws {
        let core = try CoreHarness()
        try core.selectConfirms()
        core.commitsAtOnce = false
        #expect(try core.declare("d", .durable).script == [])
        #expect(try core.publish("a", key: "nowhere", mandatory: true).script == [])
        #expect(try core.declare("t").script == [])
        #expect(
            try core.commit().script == [
                "queueDeclared(name: \"d\", messageCount: 0, consumerCount: 0)", "return 312 a", "confirm 1",
                "queueDeclared(name: \"t\", messageCount: 0, consumerCount: 0)",
            ]
        )
    }

    @Test func `who asks on and on while nothing can be answered loses the connection, and nobody else`() throws {
        var limits = CoreLimits()
        limits.heldEffectsPerSession = 5
        let core = try CoreHarness(limits)
        let second = try core.open(channel: 2)
        let other = try core.open(session: 2)
        core.commitsAtOnce = false
        for number in 1...3 { try core.declare("d\(number)", .durable) }
        try core.declare("other", .durable, on: other)
        try core.declare("d4", .durable, on: second)
        try core.publish("a", key: "nowhere", mandatory: true, on: second)
        let error = try core.declare("d5", .durable, on: second).connectionError
        #expect(error?.code == .resourceError)
        #expect(try core.commit().declaredName == "other")
    }

    @Test func `publishings that are returned behind a held answer count too`() throws {
        var limits = CoreLimits()
        limits.heldEffectsPerSession = 3
        let core = try CoreHarness(limits)
        core.commitsAtOnce = false
        try core.declare("d", .durable)
        for _ in 1...2 { try core.publish("a", key: "nowhere", mandatory: true) }
        #expect(try core.publish("a", key: "nowhere", mandatory: true).connectionError?.code == .resourceError)
    }

    @Test func `what has been answered does not count any more`() throws {
        var limits = CoreLimits()
        limits.heldEffectsPerSession = 3
        let core = try CoreHarness(limits)
        for number in 1...10 { #expect(try core.declare("d\(number)", .durable).declaredName == "d\(number)") }
        let second = try core.open(channel: 2)
        core.commitsAtOnce = false
        for number in 1...3 { try core.declare("e\(number)", .durable, on: second) }
        try core.apply(.closeChannel(second))
        #expect(try core.declare("t").declaredName == "t")
    }

    @Test func `other channels do not wait`() throws {
        let core = try CoreHarness()
        let other = try core.open(channel: 2)
        core.commitsAtOnce = false
        try core.declare("d", .durable)
        #expect(try core.declare("t", on: other).declaredName == "t")
        #expect(try core.publish("a", key: "t", on: other).script == [])
        #expect(try core.get("t", on: other).texts == ["a"])
    }

    @Test func `deliveries to a channel that waits come when it waits no more`() throws {
        let core = try CoreHarness()
        let other = try core.open(channel: 2)
        try core.declare("t")
        try core.consume("t")
        core.commitsAtOnce = false
        try core.declare("d", .durable)
        #expect(try core.publish("a", key: "t", on: other).script == [])
        #expect(
            try core.commit().script == [
                "queueDeclared(name: \"d\", messageCount: 0, consumerCount: 0)", "deliver a as 1",
            ]
        )
    }

    @Test func `a session that leaves does not wait for its answers`() throws {
        let core = try CoreHarness()
        let other = try core.open(session: 2)
        core.commitsAtOnce = false
        try core.declare("d", .durable, on: other)
        #expect(try core.apply(.closeSession(other.session)).script == ["session closed"])
        #expect(try core.commit().script == [])
        #expect(try core.declare("d", .durable).declaredName == "d")
    }
}

@Suite struct JournalFailureTests {
    @Test func `publishers wait while the disk is full, and nothing is lost`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        core.commitsAtOnce = false
        try core.selectConfirms()
        try core.publish("a", key: "d", persistent: true)
        core.cut()
        #expect(try core.apply(.journalStalled(reason: "the disk is full")).script == ["block"])
        #expect(try core.apply(.journalStalled(reason: "the disk is full")).script == [])
        #expect(try core.publish("b", key: "d", persistent: true).script == [])
        #expect(Set(try core.commit().script) == ["unblock", "confirm 1"])
        #expect(try core.commit().script == ["confirm 2"])
    }

    @Test func `when the journal has failed nothing unconfirmed is confirmed and every session ends`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        let other = try core.open(session: 2)
        core.commitsAtOnce = false
        try core.selectConfirms()
        try core.publish("a", "b", key: "d", persistent: true)
        core.cut()
        let script = try core.apply(.journalFailed(reason: "the disk is gone")).script
        #expect(script.filter { $0.hasPrefix("confirm") } == [])
        #expect(script.filter { $0.hasPrefix("refuse") } == ["refuse 1", "refuse 2"])
        #expect(script.filter { $0 == "connection exception 541" }.count == 2)
        #expect(script.last == "connection exception 541")
        let third = ChannelID(session: SessionID(rawValue: 3), number: 1)
        let options = SessionOptions(user: "guest", virtualHost: "/")
        #expect(try core.apply(.openSession(third.session, options)).connectionError != nil)
        _ = other
    }
}

extension JournalFailureTests {
    @Test func `what waits for nothing is confirmed even when the journal fails`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        core.commitsAtOnce = false
        try core.selectConfirms()
        try core.publish("a", key: "d", persistent: true)
        try core.publish("b", key: "nowhere")
        try core.publish("c", key: "d", persistent: true)
        core.cut()
        let script = try core.apply(.journalFailed(reason: "the disk is gone")).script
        #expect(script == ["refuse 1", "confirm 2", "refuse 3", "connection exception 541"])
    }

    @Test func `no confirm overtakes the return that is held back before it`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        core.commitsAtOnce = false
        try core.selectConfirms()
        try core.publish("a", key: "d", persistent: true)
        try core.declare("e", .durable)
        try core.publish("b", key: "nowhere", mandatory: true)
        core.cut()
        let script = try core.apply(.journalFailed(reason: "the disk is gone")).script
        #expect(!script.contains { $0.hasPrefix("confirm") })
        #expect(script.last == "connection exception 541")
    }
}

@Suite struct RecoveryTests {
    @Test func `durable definitions are found again, others are not`() throws {
        let core = try CoreHarness()
        try core.declare("d", .init(durable: true, arguments: ["x-max-length": 10]))
        try core.declare("t")
        try core.declareExchange("x", "topic", .init(durable: true, arguments: ["alternate-exchange": "amq.fanout"]))
        try core.declareExchange("y", "fanout")
        try core.bind("d", to: "x", "a.#")
        try core.bind("d", to: "y")
        try core.bindExchange("x", to: "amq.topic", "a.*")
        let again = try core.restarted()
        #expect(try again.declare("d", .init(durable: true, arguments: ["x-max-length": 10])).declaredName == "d")
        try again.publish("1", to: "amq.topic", key: "a.b")
        #expect(try again.drain("d") == ["1"])
        #expect(try again.declareExchange("y", "fanout", passive: true).channelError?.code == .notFound)
        let second = try again.open(channel: 2)
        #expect(try again.declare("t", passive: true, on: second).channelError?.code == .notFound)
    }

    @Test func `what was deleted stays deleted`() throws {
        let core = try CoreHarness()
        try core.declareExchange("x", "fanout", .durable)
        try core.declare("d", .durable)
        try core.bind("d", to: "x")
        try core.publish("a", to: "x", key: "", persistent: true)
        try core.deleteQueue("d")
        try core.declare("d", .durable)
        let again = try core.restarted()
        #expect(try again.publish("b", to: "x", key: "", mandatory: true).script == ["return 312 b"])
        #expect(try again.drain("d") == [])
    }

    @Test func `persistent messages are found again in order, transient ones are not`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        try core.publish("1", "2", key: "d", persistent: true)
        try core.publish("gone", key: "d")
        try core.publish("3", key: "d", persistent: true)
        let again = try core.restarted()
        #expect(
            try again.declare("d", passive: true).replies
                == [.queueDeclared(name: "d", messageCount: 3, consumerCount: 0)]
        )
        try again.publish("4", key: "d", persistent: true)
        #expect(try again.drain("d") == ["1", "2", "3", "4"])
        #expect(try again.restarted().drain("d") == [])
    }

    @Test(arguments: [true, false])
    func `settled messages do not come back, unacknowledged ones do and say so`(isClean: Bool) throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        try core.publish("1", "2", "3", "4", key: "d", persistent: true)
        for _ in 1...3 { try core.get("d") }
        try core.ack(2)
        let again = try isClean ? core.stoppedAndRestarted() : core.restarted()
        let found = try again.get("d") + again.get("d") + again.get("d")
        #expect(found.texts == ["1", "3", "4"])
        #expect(found.redelivered.prefix(2) == [true, true])
        // After a crash the broker may suspect what it cannot know; after a clean stop it knows.
        if isClean { #expect(found.redelivered.last == false) }
    }

    @Test func `a message leaves only when the journal would know of it after a crash`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        try core.publish("1", key: "d", persistent: true)
        core.commitsAtOnce = false
        #expect(try core.consume("d", tag: "c").script == ["consume-ok c"])
        #expect(try core.commit().script == ["deliver 1 as 1"])
        #expect(try core.restarted().get("d").redelivered == [true])
    }

    @Test func `a get that waits is answered by a message that comes back before the one it waits for`() throws {
        let core = try CoreHarness()
        let other = try core.open(channel: 2)
        try core.declare("d", .durable)
        core.commitsAtOnce = false
        try core.publish("transient", key: "d")
        try core.publish("persistent", key: "d", persistent: true)
        try core.get("d", on: other)
        #expect(try core.get("d").script == [])
        #expect(try core.nack(1, on: other).script == ["get-ok transient as 1 again, 1 left"])
    }

    @Test func `transient messages leave at once`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        core.commitsAtOnce = false
        try core.consume("d", tag: "c")
        #expect(try core.publish("1", key: "d").script == ["deliver 1 as 1"])
    }

    @Test func `a message in several queues is settled in each by itself`() throws {
        let core = try CoreHarness()
        for queue in ["d", "e", "f"] {
            try core.declare(queue, .durable)
            try core.bind(queue, to: "amq.fanout")
        }
        try core.publish("1", "2", to: "amq.fanout", key: "", persistent: true)
        try core.get("d", noAcknowledge: true)
        try core.perform(.purgeQueue(name: "e", noWait: false))
        try core.deleteQueue("f")
        let again = try core.restarted()
        #expect(try again.drain("d") == ["2"])
        #expect(try again.drain("e") == [])
    }

    @Test func `what was not committed is not found, and nothing else is`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        try core.publish("1", key: "d", persistent: true)
        core.commitsAtOnce = false
        try core.publish("2", key: "d", persistent: true)
        try core.get("d", noAcknowledge: true)
        #expect(try core.restarted().drain("d") == ["1"])
    }

    @Test func `queue numbers are not used again`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        try core.declare("e", .durable)
        try core.deleteQueue("e")
        let before = core.journal.image.nextQueueID
        let again = try core.restarted()
        try again.declare("f", .durable)
        let number = try #require(again.journal.image.queues.first { $0.name == "f" }?.id)
        #expect(number >= before)
    }

    @Test func `segments of which nothing lives are deleted`() throws {
        var limits = CoreLimits()
        limits.segmentCapacity = 512
        let core = try CoreHarness(limits)
        try core.declare("d", .durable)
        for number in 1...50 { try core.publish("message \(number)", key: "d", persistent: true) }
        #expect(core.journal.image.segments.count > 5)
        #expect(try core.drain("d").count == 50)
        #expect(core.journal.image.segments.count <= 1)
    }
}

@Suite struct PagingTests {
    private func coreWithBacklog(_ count: Int) throws -> CoreHarness {
        var limits = CoreLimits()
        limits.segmentCapacity = 512
        limits.residentBytes = 1024
        let core = try CoreHarness(limits)
        try core.declare("d", .durable)
        for number in 1...count { try core.publish("\(number)", key: "d", persistent: true) }
        return core
    }

    @Test func `a backlog larger than memory is read back in order`() throws {
        let core = try coreWithBacklog(100)
        core.loadsAtOnce = false
        var texts: [String] = []
        texts += try core.consume("d", prefetch: 0).texts
        var loads = 0
        while let segment = core.wantedSegments.first {
            loads += 1
            texts += try core.bring(segment).texts
        }
        #expect(texts == (1...100).map { "\($0)" })
        #expect(loads > 5)
    }

    @Test func `after a restart everything has to be read back`() throws {
        let core = try coreWithBacklog(40).restarted()
        core.loadsAtOnce = false
        #expect(try core.get("d").script == [])
        let segment = try #require(core.wantedSegments.first)
        #expect(try core.run(core.bring(segment)).texts == ["1"])
        core.loadsAtOnce = true
        #expect(try core.drain("d") == (2...40).map { "\($0)" })
    }

    @Test func `a backlog may leave memory although its messages also went to a transient queue`() throws {
        var limits = CoreLimits()
        limits.segmentCapacity = 4096
        limits.residentBytes = 4096
        limits.pinnedBytes = 64 << 10
        let core = try CoreHarness(limits)
        try core.declare("d", .durable)
        try core.declare("t")
        for queue in ["d", "t"] { try core.bind(queue, to: "amq.fanout") }
        let body = String(repeating: "x", count: 1000)
        var script: [String] = []
        for _ in 1...100 { script += try core.publish(body, to: "amq.fanout", key: "", persistent: true).script }
        #expect(script == ["block"])
        for _ in 1...100 { script += try core.get("t", noAcknowledge: true).script.filter { $0 == "unblock" } }
        #expect(script == ["block", "unblock"])
        #expect(try core.drain("d").count == 100)
    }

    @Test func `acknowledging needs no segment in memory`() throws {
        let core = try coreWithBacklog(60)
        try core.consume("d", tag: "c")
        try core.cancel("c")
        try core.ack(30, multiple: true)
        try core.nack(0, multiple: true)
        #expect(try core.drain("d") == (31...60).map { "\($0)" })
    }

    @Test func `a segment that cannot be read back is not passed over in silence`() throws {
        let core = try coreWithBacklog(20).restarted()
        core.loadsAtOnce = false
        try core.consume("d")
        let segment = try #require(core.wantedSegments.first)
        let effects = try core.apply(.segmentFailed(segment, reason: "a checksum does not match"))
        #expect(effects.texts == [])
    }
}
