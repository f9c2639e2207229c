import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct QueueTests {
    @Test func `declare-ok says how many messages are ready and how many consumers there are`() throws {
        let core = try CoreHarness()
        #expect(try core.declare("q").replies == [.queueDeclared(name: "q", messageCount: 0, consumerCount: 0)])
        try core.publish("a", "b", "c", key: "q")
        try core.get("q")
        try core.declare("r")
        try core.consume("r")
        #expect(try core.declare("q").replies == [.queueDeclared(name: "q", messageCount: 2, consumerCount: 0)])
        #expect(
            try core.declare("r", passive: true).replies
                == [.queueDeclared(name: "r", messageCount: 0, consumerCount: 1)]
        )
    }

    @Test func `the broker chooses a name that nobody could guess`() throws {
        let core = try CoreHarness()
        let first = try #require(try core.declare("").declaredName)
        let second = try #require(try core.declare("").declaredName)
        #expect(first != second)
        for name in [first, second] {
            #expect(name.hasPrefix("amq.gen-"))
            #expect(name.utf8.count == "amq.gen-".utf8.count + 22)
        }
        #expect(try core.declare(first, passive: true).channelError == nil)
    }

    @Test func `names that begin with amq. are the broker's`() throws {
        let core = try CoreHarness()
        #expect(try core.declare("amq.mine").channelError?.code == .accessRefused)
        let second = try core.open(channel: 2)
        #expect(try core.declare("amq.mine", passive: true, on: second).channelError?.code == .notFound)
    }

    @Test func `a passive declare of a missing queue fails with RabbitMQ's words`() throws {
        let core = try CoreHarness()
        let error = try core.declare("gone", passive: true).channelError
        #expect(error?.text == "NOT_FOUND - no queue 'gone' in vhost '/'")
        #expect(error?.method == .queueDeclare)
    }

    @Test func `carriage returns and line feeds are stripped from names`() throws {
        let core = try CoreHarness()
        #expect(try core.declare("q\r\n1").declaredName == "q1")
    }

    @Test func `an empty name stands for the queue declared last on the channel`() throws {
        let core = try CoreHarness()
        let other = try core.open(channel: 2)
        let name = try #require(try core.declare("").declaredName)
        try core.declare("r", on: other)
        try core.bind("", to: "amq.direct")
        try core.publish("a", to: "amq.direct", key: name)
        #expect(try core.drain("") == ["a"])
        try core.publish("b", key: name)
        #expect(try core.perform(.purgeQueue(name: "", noWait: false)).replies == [.queuePurged(messageCount: 1)])
        #expect(try core.consume("", tag: "c").script == ["consume-ok c"])
        #expect(try core.deleteQueue("").replies == [.queueDeleted(messageCount: 0)])
        #expect(try core.declare("r", passive: true).channelError == nil)
    }

    @Test func `an empty name without a queue declared before is not found`() throws {
        let core = try CoreHarness()
        let error = try core.get("").channelError
        #expect(error?.code == .notFound)
    }
}

@Suite struct RedeclareTests {
    @Test func `arguments that classic queues do not know, and other widths of a number, make no difference`() throws {
        let core = try CoreHarness()
        try core.declare("q", .init(durable: true, arguments: ["x-max-length": .int32(10), "mine": 1]))
        let alike = QueueOptions(durable: true, arguments: ["x-max-length": .int64(10), "mine": "other"])
        #expect(try core.declare("q", alike).declaredName == "q")
        let typed = QueueOptions(
            durable: true,
            arguments: ["x-max-length": .uint8(10), "x-queue-type": "classic"]
        )
        #expect(try core.declare("q", typed).declaredName == "q")
    }

    @Test(arguments: [
        (QueueOptions(durable: false), "durable"), (QueueOptions(durable: true, autoDelete: true), "auto_delete"),
        (QueueOptions(durable: true, arguments: ["x-max-length": 5]), "x-max-length"),
    ])
    func `a difference is refused with the argument's name`(options: QueueOptions, argument: String) throws {
        let core = try CoreHarness()
        try core.declare("q", .durable)
        let error = try core.declare("q", options).channelError
        #expect(error?.code == .preconditionFailed)
        #expect(error?.text.contains("inequivalent arg '\(argument)' for queue 'q' in vhost '/'") == true)
        #expect(error?.method == .queueDeclare)
    }

    @Test func `the text of a difference says what was received and what is current`() throws {
        let core = try CoreHarness()
        try core.declare("q", .init(arguments: ["x-max-length": .int32(10)]))
        #expect(
            try core.declare("q").channelError?.text
                == "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': "
                + "received none but current is the value '10' of type 'signedint'"
        )
    }

    @Test func `exclusive is compared strictly and refused with 405`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.declare("e", .exclusive)
        #expect(try core.declare("e", .init(durable: true, exclusive: true)).declaredName == "e")
        #expect(try core.declare("q", .exclusive).channelError?.code == .resourceLocked)
        let second = try core.open(channel: 2)
        #expect(try core.declare("e", on: second).channelError?.code == .resourceLocked)
    }
}

@Suite struct ExclusiveQueueTests {
    @Test func `nobody else may do anything with an exclusive queue`() throws {
        let core = try CoreHarness()
        try core.declare("e", .exclusive)
        let attempts: [(CoreHarness, ChannelID) throws -> [Observation]] = [
            { try $0.declare("e", .exclusive, on: $1) }, { try $0.declare("e", passive: true, on: $1) },
            { try $0.consume("e", on: $1) }, { try $0.get("e", on: $1) },
            { try $0.bind("e", to: "amq.topic", on: $1) }, { try $0.unbind("e", from: "amq.topic", on: $1) },
            { try $0.perform(.purgeQueue(name: "e", noWait: false), on: $1) }, { try $0.deleteQueue("e", on: $1) },
        ]
        for (number, attempt) in attempts.enumerated() {
            let stranger = try core.open(session: UInt64(number + 2))
            let error = try attempt(core, stranger).channelError
            #expect(error?.code == .resourceLocked, "attempt \(number)")
            #expect(error?.text.contains("cannot obtain exclusive access to locked queue 'e' in vhost '/'") == true)
        }
        let publisher = try core.open(session: 99)
        try core.publish("a", key: "e", on: publisher)
        #expect(try core.drain("e") == ["a"])
    }

    @Test func `an exclusive queue goes with its session, also if it was declared durable`() throws {
        let core = try CoreHarness()
        let owner = try core.open(session: 2)
        try core.declare("e", .init(durable: true, exclusive: true), on: owner)
        try core.publish("a", key: "e", persistent: true, on: owner)
        #expect(try core.apply(.closeSession(owner.session)).script == ["session closed"])
        #expect(try core.declare("e", passive: true).channelError?.code == .notFound)
    }
}

@Suite struct QueueDeletionTests {
    @Test func `delete says how many messages were ready and forgives a missing queue`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("a", "b", key: "q")
        #expect(try core.deleteQueue("q").replies == [.queueDeleted(messageCount: 2)])
        #expect(try core.deleteQueue("q").replies == [.queueDeleted(messageCount: 0)])
        try core.declare("q")
        #expect(try core.drain("q") == [])
    }

    @Test func `if-unused and if-empty are kept`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.consume("q", tag: "c")
        #expect(try core.deleteQueue("q", ifUnused: true).channelError?.code == .preconditionFailed)
        let second = try core.open(channel: 2)
        try core.publish("a", key: "q", on: second)
        #expect(try core.deleteQueue("q", ifEmpty: true, on: second).channelError?.code == .preconditionFailed)
        let third = try core.open(channel: 3)
        #expect(try core.deleteQueue("q", ifUnused: true, on: third).replies == [.queueDeleted(messageCount: 1)])
    }

    @Test func `consumers of a deleted queue are told, if their clients understand it`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.consume("q", tag: "c")
        let old = try core.open(session: 2, acceptsCancel: false)
        try core.consume("q", tag: "d", on: old)
        let deleter = try core.open(session: 3)
        #expect(
            Set(try core.deleteQueue("q", on: deleter).script) == ["cancel c", "queueDeleted(messageCount: 0)"]
        )
        #expect(try core.consume("amq.none", tag: "c").channelError?.code == .notFound)
    }

    @Test func `acknowledging what came from a deleted queue is fine`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("a", "b", key: "q")
        try core.get("q")
        try core.get("q")
        try core.deleteQueue("q")
        #expect(try core.ack(1).script == [])
        #expect(try core.nack(2).script == [])
        #expect(try core.ack(2).channelError?.code == .preconditionFailed)
    }

    @Test func `purge takes what is ready and leaves what is unacknowledged`() throws {
        let core = try CoreHarness()
        try core.declare("q")
        try core.publish("a", "b", "c", key: "q")
        try core.get("q")
        #expect(try core.perform(.purgeQueue(name: "q", noWait: false)).replies == [.queuePurged(messageCount: 2)])
        try core.nack(1)
        #expect(try core.drain("q") == ["a"])
        #expect(
            try core.perform(.purgeQueue(name: "gone", noWait: false)).channelError?.text
                == "NOT_FOUND - no queue 'gone' in vhost '/'"
        )
    }

    @Test(arguments: [true, false])
    func `a get that waits for its segment is answered when the queue is purged or deleted`(deletes: Bool) throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        try core.publish("1", "2", key: "d", persistent: true)
        let again = try core.restarted()
        let other = try again.open(channel: 2)
        again.loadsAtOnce = false
        #expect(try again.get("d").script == [])
        #expect(try again.perform(Self.emptying("d", deletes), on: other).script == ["getEmpty"])
    }

    @Test(arguments: [true, false])
    func `a get that waits for the journal is answered when the queue is purged or deleted`(deletes: Bool) throws {
        let core = try CoreHarness()
        let other = try core.open(channel: 2)
        try core.declare("d", .durable)
        try core.publish("1", "2", key: "d", persistent: true)
        core.commitsAtOnce = false
        #expect(try core.get("d").script == [])
        let script = try core.perform(Self.emptying("d", deletes), on: other).script + core.commit().script
        #expect(script == ["getEmpty"])
    }

    private static func emptying(_ queue: String, _ deletes: Bool) -> ChannelMethod {
        deletes
            ? .deleteQueue(name: queue, ifUnused: false, ifEmpty: false, noWait: true)
            : .purgeQueue(name: queue, noWait: true)
    }

    @Test func `purge is answered, whatever it purges`() throws {
        let core = try CoreHarness()
        try core.declare("d", .durable)
        let purge = ChannelMethod.purgeQueue(name: "d", noWait: false)
        try core.publish("transient", key: "d")
        #expect(try core.perform(purge).replies == [.queuePurged(messageCount: 1)])
        core.commitsAtOnce = false
        try core.publish("never written", key: "d", persistent: true)
        #expect(try core.perform(purge).replies + core.commit().replies == [.queuePurged(messageCount: 1)])
        try core.publish("written", key: "d", persistent: true)
        try core.commit()
        #expect(try core.perform(purge).replies + core.commit().replies == [.queuePurged(messageCount: 1)])
        #expect(try core.perform(purge).replies == [.queuePurged(messageCount: 0)])
    }

    @Test func `an auto-delete queue goes with its last consumer, and only if it had one`() throws {
        let core = try CoreHarness()
        try core.declare("q", .autoDelete)
        try core.publish("a", key: "q")
        try core.get("q")
        try core.nack(1)
        #expect(try core.declare("q", passive: true).channelError == nil)
        let other = try core.open(channel: 2)
        try core.consume("q", tag: "c")
        try core.consume("q", tag: "d", on: other)
        try core.cancel("c")
        #expect(try core.declare("q", passive: true).channelError == nil)
        #expect(try core.apply(.closeChannel(other)).script == ["channel closed"])
        #expect(try core.declare("q", passive: true).channelError?.code == .notFound)
    }
}
