import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct TransactionTests {
    private static let select = ChannelMethod.selectTransactions(noWait: false)

    /// A core whose channel 1 is transactional, and another channel that is not.
    private func scene(_ limits: CoreLimits = CoreLimits()) throws -> (core: CoreHarness, other: ChannelID) {
        let core = try CoreHarness(limits)
        #expect(try core.perform(Self.select).script == ["transactionsSelected"])
        return (core, try core.open(session: 2))
    }

    @Test func `what is published is in the queues once it is committed, and not before`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.declare("r")
        try core.bind("q", to: "amq.fanout")
        try core.bind("r", to: "amq.fanout")
        try core.publish("1", "2", to: "amq.fanout", key: "")
        try core.publish("3", key: "q")
        #expect(try core.drain("q", on: other) == [])
        #expect(try core.perform(.commit).script == ["committed"])
        #expect(try core.drain("q", on: other) == ["1", "2", "3"])
        #expect(try core.drain("r", on: other) == ["1", "2"])
    }

    @Test func `what is rolled back never was`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.publish("gone", key: "q")
        #expect(try core.perform(.rollback).script == ["rolledBack"])
        try core.publish("kept", key: "q")
        try core.perform(.commit)
        #expect(try core.drain("q", on: other) == ["kept"])
    }

    @Test func `a commit that settles all that a channel may hold lets its consumers go on`() throws {
        var limits = CoreLimits()
        limits.unacknowledgedPerChannel = 2
        let (core, other) = try scene(limits)
        try core.declare("q")
        try core.publish("1", "2", "3", key: "q", on: other)
        #expect(try core.consume("q").texts == ["1", "2"])
        #expect(try core.ack(2, multiple: true).texts == [])
        #expect(try core.perform(.commit).texts == ["3"])
    }

    @Test func `commit-ok comes when everything is on disk`() throws {
        let (core, _) = try scene()
        try core.declare("q", .durable)
        core.commitsAtOnce = false
        try core.publish("m", key: "q", persistent: true)
        #expect(try core.perform(.commit).script == [])
        #expect(try core.commit().script == ["committed"])
    }

    @Test func `a commit of transient messages waits for no disk`() throws {
        let (core, _) = try scene()
        try core.declare("q", .durable)
        core.commitsAtOnce = false
        try core.publish("m", key: "q")
        #expect(try core.perform(.commit).script == ["committed"])
    }

    @Test(arguments: [false, true])
    func `after a crash all of a transaction is there or nothing, in all queues`(isOnDisk: Bool) throws {
        let (core, other) = try scene()
        for queue in ["in", "q", "r"] { try core.declare(queue, .durable) }
        try core.warmUp("in")
        try core.publish("input", key: "in", persistent: true, on: other)
        try core.get("in")
        core.commitsAtOnce = false
        try core.publish("output", key: "q", persistent: true)
        try core.publish("log", key: "r", persistent: true)
        try core.ack(1)
        try core.perform(.commit)
        if isOnDisk { try core.commit() }
        let after = try core.restarted()
        let texts = try ["in", "q", "r"].map { try after.drain($0) }
        #expect(texts == (isOnDisk ? [[], ["output"], ["log"]] : [["input"], [], []]))
    }

    @Test func `acknowledgements count from the commit on`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.publish("1", "2", "3", key: "q", on: other)
        try core.consume("q", prefetch: 2)
        #expect(try core.ack(2, multiple: true).script == [])
        #expect(core.host.report().queues.first?.unacknowledged == 2)
        #expect(try core.perform(.commit).script == ["committed", "deliver 3 as 3"])
        #expect(core.host.report().queues.first?.unacknowledged == 1)
    }

    @Test func `rejected messages go back, or away, with the commit`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.publish("1", "2", key: "q", on: other)
        try core.get("q")
        try core.get("q")
        try core.nack(1, requeue: true)
        try core.nack(2, requeue: false)
        #expect(try core.drain("q", on: other) == [])
        try core.perform(.commit)
        #expect(try core.drain("q", on: other) == ["1"])
    }

    @Test func `a rollback lets deliveries wait for acknowledgement again, without delivering them again`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.publish("1", "2", "3", key: "q", on: other)
        #expect(try core.consume("q", tag: "t").texts == ["1", "2", "3"])
        try core.ack(2)
        try core.ack(1)
        #expect(try core.perform(.rollback).script == ["rolledBack"])
        try core.ack(3, multiple: true)
        try core.perform(.commit)
        try core.apply(.closeChannel(core.channel))
        #expect(try core.drain("q", on: other) == [])
    }

    @Test func `a tag that a transaction has taken cannot be taken twice`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.publish("m", key: "q", on: other)
        try core.get("q")
        try core.ack(1)
        #expect(try core.ack(1).channelError?.text == "PRECONDITION_FAILED - unknown delivery tag 1")
    }

    @Test func `recover leaves alone what the transaction has taken`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.publish("1", "2", key: "q", on: other)
        try core.get("q")
        try core.get("q")
        try core.ack(1)
        try core.perform(.recover(requeue: true, noWait: false))
        try core.perform(.rollback)
        #expect(try core.drain("q", on: other) == ["2"])
        try core.ack(1)
        try core.perform(.commit)
        #expect(core.host.report().queues.first?.unacknowledged == 0)
    }

    @Test func `acknowledging everything when there is nothing is no error`() throws {
        let (core, _) = try scene()
        #expect(try core.ack(0, multiple: true).script == [])
        #expect(try core.perform(.commit).script == ["committed"])
        #expect(try core.perform(.rollback).script == ["rolledBack"])
    }

    @Test func `a channel that closes gives up its transaction`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.publish("1", key: "q", on: other)
        try core.get("q")
        try core.ack(1)
        try core.publish("2", key: "q")
        try core.apply(.closeChannel(core.channel))
        let delivery = try core.get("q", noAcknowledge: true, on: other)
        #expect(delivery.script == ["get-ok 1 as 1 again, 0 left"])
    }

    @Test func `mandatory messages come back before commit-ok`() throws {
        let (core, _) = try scene()
        #expect(try core.publish("m", key: "nobody", mandatory: true).script == [])
        #expect(try core.perform(.commit).script == ["return 312 m", "committed"])
    }

    @Test func `exchange and queues are those of the publishing, not of the commit`() throws {
        let (core, other) = try scene()
        try core.declareExchange("x", "fanout")
        try core.declare("q")
        try core.declare("r")
        try core.bind("q", to: "x")
        try core.publish("m", to: "x", key: "")
        try core.bind("r", to: "x", on: other)
        try core.unbind("q", from: "x", on: other)
        try core.perform(.commit)
        #expect(try core.drain("q", on: other) == ["m"])
        #expect(try core.drain("r", on: other) == [])
        #expect(try core.publish("m", to: "missing", key: "").channelError?.code == .notFound)
    }

    @Test func `a queue that is gone by the commit gets nothing`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.declare("r")
        try core.publish("1", key: "q")
        try core.publish("2", key: "r")
        try core.deleteQueue("q", on: other)
        #expect(try core.perform(.commit).script == ["committed"])
        #expect(try core.drain("r", on: other) == ["2"])
    }

    @Test func `if one queue has no room nothing is committed anywhere`() throws {
        let (core, other) = try scene()
        let full: FieldTable = ["x-max-length": 1, "x-overflow": "reject-publish"]
        try core.declare("full", QueueOptions(arguments: full))
        try core.declare("q")
        try core.publish("input", key: "q", on: other)
        try core.get("q")
        try core.publish("1", key: "q")
        try core.publish("2", "3", key: "full")
        try core.ack(1)
        let error = try core.perform(.commit).channelError
        #expect(error?.code == .preconditionFailed)
        #expect(error?.method == .txCommit)
        #expect(try core.drain("full", on: other) == [])
        #expect(try core.drain("q", on: other) == ["input"])
    }

    @Test func `a transaction that fits into a limited queue is committed`() throws {
        let (core, other) = try scene()
        let limited: FieldTable = ["x-max-length": 2, "x-overflow": "reject-publish"]
        try core.declare("q", QueueOptions(arguments: limited))
        try core.publish("1", "2", key: "q")
        #expect(try core.perform(.commit).script == ["committed"])
        #expect(try core.drain("q", on: other) == ["1", "2"])
    }

    @Test func `confirms and transactions exclude each other`() throws {
        let core = try CoreHarness()
        let (second, third) = (try core.open(channel: 2), try core.open(channel: 3))
        try core.selectConfirms()
        let error = try core.perform(Self.select).channelError
        #expect(error?.text == "PRECONDITION_FAILED - cannot switch from confirm to tx mode")
        try core.perform(Self.select, on: second)
        #expect(try core.perform(Self.select, on: second).script == ["transactionsSelected"])
        let other = try core.selectConfirms(on: second).channelError
        #expect(other?.text == "PRECONDITION_FAILED - cannot switch from tx to confirm mode")
        for method in [ChannelMethod.commit, .rollback] {
            let id = method == .commit ? third : try core.open(channel: 4)
            let error = try core.perform(method, on: id).channelError
            #expect(error?.text == "PRECONDITION_FAILED - channel is not transactional")
        }
    }

    @Test func `a transaction that grows too large closes its channel, and leaves room for others`() throws {
        var limits = CoreLimits()
        limits.transactionBytes = 2000
        limits.transactionBytesInAll = 3000
        let (core, other) = try scene(limits)
        let body = String(repeating: "x", count: 1000)
        try core.declare("q")
        try core.publish(body, key: "q")
        #expect(try core.publish(body, key: "q").channelError?.code == .preconditionFailed)
        try core.perform(Self.select, on: other)
        #expect(try core.publish(body, key: "q", on: other).script == [])
        let third = try core.open(channel: 3)
        try core.perform(Self.select, on: third)
        #expect(try core.publish(body, key: "q", on: third).script == [])
        let fourth = try core.open(channel: 4)
        try core.perform(Self.select, on: fourth)
        #expect(try core.publish(body, key: "q", on: fourth).channelError?.code == .preconditionFailed)
        try core.perform(.commit, on: third)
        try core.perform(.commit, on: other)
        #expect(try core.drain("q", on: other).count == 2)
    }

    @Test func `a request in a transaction carries the address for its reply`() throws {
        let (core, other) = try scene()
        try core.declare("q")
        try core.consume("amq.rabbitmq.reply-to", noAcknowledge: true)
        try core.publish("m", key: "q", replyTo: "amq.rabbitmq.reply-to")
        try core.perform(.commit)
        let delivery = try #require(try core.get("q", on: other).deliveries.first)
        let properties = try delivery.message.properties.withUnsafeBytes { try BasicProperties(encoded: $0) }
        #expect(properties.replyTo?.hasPrefix("amq.rabbitmq.reply-to.") == true)
    }

    @Test func `what is due before its commit keeps its place over a restart, and is marked as delivered`() throws {
        let (core, other) = try scene()
        try core.declare("q", .durable)
        try core.publish("1", key: "q", persistent: true, headers: ["x-delay": 100])
        try core.wait(milliseconds: 150)
        try core.perform(.commit)
        try core.publish("2", key: "q", persistent: true, on: other)
        #expect(try core.get("q", on: other).texts == ["1"])
        let again = try core.restarted()
        let first = try again.get("q")
        #expect(first.texts == ["1"])
        #expect(first.redelivered == [true])
        #expect(try again.drain("q") == ["2"])
    }
}
