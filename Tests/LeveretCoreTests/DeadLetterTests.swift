import LeveretCore
import LeveretModel
import LeveretSimulation
import Testing

@Suite struct DeadLetterTests {
    @Test func `what has expired is a dead letter even if its queue is deleted in that moment`() throws {
        let core = try CoreHarness()
        let arguments: FieldTable = ["x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"]
        try core.declare("q", QueueOptions(arguments: arguments))
        try core.declare("dead")
        try core.publish("a", key: "q", expiration: "10")
        core.host.time = core.host.time.advanced(byMilliseconds: 10)
        try core.deleteQueue("q")
        #expect(try core.drain("dead") == ["a"])
    }

    @Test func `what was rejected is a dead letter even if a mistake right behind it takes its queue away`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(autoDelete: true, arguments: Self.toDead))
        try core.declare("dead")
        try core.publish("a", key: "q")
        let own = ChannelID(session: core.channel.session, number: 2)
        _ = try core.open(session: own.session.rawValue, channel: own.number)
        try core.consume("q", on: own)
        let mistake = Acknowledgement(kind: .acknowledge, deliveryTag: 99)
        try core.acknowledge(Acknowledgement(kind: .reject, deliveryTag: 1, requeue: false), mistake, on: own)
        #expect(core.host.report().queues.map(\.name) == ["dead"])
        #expect(try core.drain("dead") == ["a"])
    }

    private static let toDead: FieldTable = ["x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"]

    private func core(_ arguments: FieldTable = toDead, durable: Bool = false) throws -> CoreHarness {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(durable: durable, arguments: arguments))
        try core.declare("dead", QueueOptions(durable: durable))
        return core
    }

    /// What comes to queue `dead` when a message of queue `q` is rejected.
    private func deadLetter(in core: CoreHarness) throws -> ObservedMessage? {
        try core.publish("a", key: "q")
        try core.get("q")
        try core.reject(1)
        return try core.takeMessage("dead")
    }

    private func deaths(_ message: ObservedMessage?) -> [FieldTable] {
        guard case .array(let values) = message?.headers["x-death"] else { return [] }
        return values.compactMap { if case .table(let table) = $0 { table } else { nil } }
    }

    @Test func `a rejected message goes to the dead letter exchange with its history`() throws {
        let core = try core()
        try core.publish("a", key: "q", headers: ["mine": "kept"])
        try core.get("q")
        try core.reject(1)
        let message = try #require(try core.takeMessage("dead"))
        #expect(message.text == "a")
        #expect(message.exchange == "")
        #expect(message.routingKey == "dead")
        #expect(message.headers["mine"] == "kept")
        let death = try #require(deaths(message).first)
        #expect(death["count"] == .int64(1))
        #expect(death["reason"] == "rejected")
        #expect(death["queue"] == "q")
        #expect(death["exchange"] == "")
        #expect(death["routing-keys"] == .array(["q"]))
        #expect(death["time"] == .timestamp(core.host.time.milliseconds / 1_000))
        #expect(death["original-expiration"] == nil)
        for name in ["x-first-death", "x-last-death"] {
            #expect(message.headers["\(name)-reason"] == "rejected")
            #expect(message.headers["\(name)-queue"] == "q")
            #expect(message.headers["\(name)-exchange"] == "")
        }
    }

    @Test func `nack without requeue is a rejection, acknowledgement and requeue are none`() throws {
        let core = try core()
        try core.publish("a", "b", "c", key: "q")
        try core.get("q")
        try core.get("q")
        try core.nack(2, multiple: true, requeue: false)
        try core.get("q")
        try core.nack(3)
        try core.get("q")
        try core.ack(4)
        #expect(try core.drain("dead") == ["a", "b"])
    }

    @Test func `an expired message loses its expiration and keeps it in its history`() throws {
        let core = try core()
        try core.publish("a", key: "q", expiration: "100")
        try core.wait(milliseconds: 100)
        let message = try #require(try core.takeMessage("dead"))
        #expect(deaths(message).first?["reason"] == "expired")
        #expect(deaths(message).first?["original-expiration"] == "100")
        let properties = try message.properties.withUnsafeBytes { try PropertiesSummary(scanning: $0) }
        #expect(properties.expiration == nil)
    }

    @Test func `without a routing key of the queue's own the message keeps its own`() throws {
        let core = try core(["x-dead-letter-exchange": "dlx"])
        try core.declareExchange("dlx", "topic")
        try core.bind("dead", to: "dlx", "*")
        let message = try #require(try deadLetter(in: core))
        #expect(message.exchange == "dlx")
        #expect(message.routingKey == "q")
    }

    @Test func `a key that no message can carry is refused, and the longest that can be carried is`() throws {
        let longest = String(repeating: "k", count: 255)
        var arguments: FieldTable = ["x-dead-letter-exchange": "dlx"]
        arguments["x-dead-letter-routing-key"] = .string(longest + "k")
        let refusing = try CoreHarness()
        let error = try refusing.declare("q", QueueOptions(arguments: arguments)).channelError
        #expect(error?.code == .preconditionFailed)
        #expect(error?.text.contains("'x-dead-letter-routing-key' for queue 'q'") == true)
        #expect(refusing.host.report().queues.isEmpty)

        arguments["x-dead-letter-routing-key"] = .string(longest)
        let core = try core(arguments)
        try core.declareExchange("dlx", "fanout")
        try core.bind("dead", to: "dlx")
        #expect(try deadLetter(in: core)?.routingKey == longest)
    }

    @Test func `a queue that has such a key from an earlier version lets dead letters keep their own`() throws {
        let journal = SimulatedJournal()
        let first = try CoreHarness(journal: journal)
        try first.declareExchange("dlx", "fanout", .durable)
        try first.declare("dead", .durable)
        try first.bind("dead", to: "dlx")
        var image = journal.image
        image.restart()
        let queue = QueueDefinition(
            id: image.nextQueueID,
            virtualHost: "/",
            name: "q",
            autoDelete: false,
            arguments: [
                "x-dead-letter-exchange": "dlx",
                "x-dead-letter-routing-key": .string(String(repeating: "k", count: 256)),
            ]
        )
        var batch = JournalBatch(
            position: JournalPosition(rawValue: 1),
            nextQueueID: QueueID(rawValue: queue.id.rawValue + 1)
        )
        batch.definitions = [.putQueue(queue)]
        try image.apply(batch)
        let core = try CoreHarness(journal: SimulatedJournal(image: image))
        let message = try #require(try deadLetter(in: core))
        #expect(message.exchange == "dlx")
        #expect(message.routingKey == "q")
    }

    @Test func `without the exchange the message is gone`() throws {
        let core = try core(["x-dead-letter-exchange": "nowhere"])
        try core.publish("a", key: "q")
        try core.get("q")
        #expect(try core.reject(1).channelError == nil)
        #expect(try core.drain("q") == [])
    }

    @Test func `the same death again is counted, moves to the front and keeps its first time`() throws {
        let cycle = try CoreHarness()
        try cycle.declare(
            "work",
            QueueOptions(arguments: ["x-dead-letter-exchange": "", "x-dead-letter-routing-key": "wait"])
        )
        try cycle.declare(
            "wait",
            QueueOptions(arguments: [
                "x-message-ttl": 5_000, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "work",
            ])
        )
        try cycle.publish("a", key: "work")
        let first = cycle.host.time
        for round in 1...3 {
            try cycle.get("work")
            try cycle.reject(UInt64(round))
            try cycle.wait(milliseconds: 5_000)
        }
        let message = try cycle.takeMessage("work")
        let all = deaths(message)
        #expect(all.map { $0["queue"] } == ["wait", "work"])
        #expect(all.map { $0["count"] } == [.int64(3), .int64(3)])
        #expect(all[1]["time"] == .timestamp(first.milliseconds / 1_000))
        #expect(message?.headers["x-first-death-queue"] == "work")
        #expect(message?.headers["x-last-death-queue"] == "wait")
    }

    @Test func `a message that would go round for ever is dropped`() throws {
        let core = try CoreHarness()
        try core.declare(
            "q",
            QueueOptions(arguments: [
                "x-message-ttl": 100, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "q",
            ])
        )
        try core.publish("a", key: "q")
        try core.wait(milliseconds: 100)
        #expect(try core.drain("q") == [])
    }

    @Test func `a rejected message may come back to its own queue`() throws {
        let core = try CoreHarness()
        try core.declare(
            "q",
            QueueOptions(arguments: ["x-dead-letter-exchange": "", "x-dead-letter-routing-key": "q"])
        )
        try core.publish("a", key: "q")
        for tag in 1...3 {
            #expect(try core.get("q").texts == ["a"])
            try core.reject(UInt64(tag))
        }
        #expect(try core.drain("q") == ["a"])
    }

    @Test func `history that a client publishes is not believed`() throws {
        let core = try core()
        let forged: FieldTable = [
            "count": .int64(9), "reason": "rejected", "queue": "elsewhere", "exchange": "", "routing-keys": .array([]),
        ]
        try core.publish(
            "a",
            key: "q",
            headers: ["x-death": .array([.table(forged)]), "x-first-death-queue": "elsewhere"]
        )
        try core.get("q")
        try core.reject(1)
        let message = try core.takeMessage("dead")
        #expect(deaths(message).map { $0["queue"] } == ["q"])
        #expect(message?.headers["x-first-death-queue"] == "q")
    }

    @Test func `the confirm of a message that dies before it is written waits for the copy`() throws {
        let core = try core(
            ["x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead", "x-max-length": 1],
            durable: true
        )
        try core.selectConfirms()
        core.commitsAtOnce = false
        #expect(try core.publish("a", "b", key: "q", persistent: true).answers == [])
        #expect(try core.commit().answers == ["confirm 2 multiple"])
        let found = try core.restarted()
        #expect(try found.drain("dead") == ["a"])
        #expect(try found.drain("q") == ["b"])
    }

    @Test func `a confirm waits for the copy of what died in one queue and was acknowledged in another`() throws {
        let core = try core(durable: true)
        try core.declare("other", .durable)
        for queue in ["q", "other"] {
            try core.bind(queue, to: "amq.fanout")
            try core.publish("first", key: queue, persistent: true)
            try core.get(queue)
        }
        try core.selectConfirms()
        core.commitsAtOnce = false
        try core.publish("a", to: "amq.fanout", key: "", persistent: true)
        try core.get("q")
        try core.get("other")
        #expect(try core.reject(3).answers == [])
        #expect(try core.ack(4).answers == [])
        #expect(try core.commit().answers == ["confirm 1"])
        #expect(try core.restarted().drain("dead") == ["a"])
    }

    @Test func `a message that was taken is confirmed even if the queue for its dead letter refuses that`() throws {
        let core = try CoreHarness()
        try core.declare("q", QueueOptions(durable: true, arguments: Self.toDead))
        try core.declare(
            "dead",
            QueueOptions(durable: true, arguments: ["x-max-length": 0, "x-overflow": "reject-publish"])
        )
        try core.selectConfirms()
        core.commitsAtOnce = false
        #expect(try core.publish("a", key: "q", persistent: true, expiration: "10").answers == [])
        #expect(try core.wait(milliseconds: 10).answers == ["confirm 1"])
    }

    @Test func `what dies after its channel has closed does not take the confirms of the next channel`() throws {
        let core = try core(durable: true)
        core.commitsAtOnce = false
        let gone = try core.open(channel: 2)
        try core.selectConfirms(on: gone)
        try core.publish("a", key: "q", persistent: true, expiration: "10", on: gone)
        try core.apply(.closeChannel(gone))
        let next = try core.open(channel: 3)
        try core.selectConfirms(on: next)
        try core.wait(milliseconds: 10)
        try core.publish("b", key: "q", persistent: true, on: next)
        #expect(try core.commit().answers == ["confirm 1"])
    }

    @Test func `a crash finds a dying message in one of both queues and never in both`() throws {
        let core = try core(durable: true)
        try core.publish("a", key: "q", persistent: true)
        try core.get("q")
        core.commitsAtOnce = false
        try core.reject(1)
        let before = try core.restarted()
        #expect(try before.drain("q") == ["a"])
        #expect(try before.drain("dead") == [])
    }

    @Test func `a committed death survives a crash with its history`() throws {
        let core = try core(durable: true)
        try core.publish("a", key: "q", persistent: true)
        try core.get("q")
        try core.reject(1)
        let after = try core.restarted()
        #expect(try after.drain("q") == [])
        let message = try #require(try after.takeMessage("dead"))
        #expect(deaths(message).first?["reason"] == "rejected")
    }

    @Test func `messages that are only in the journal are read back to die`() throws {
        var limits = CoreLimits()
        limits.residentBytes = 0
        limits.segmentCapacity = 256
        let core = try CoreHarness(limits)
        core.loadsAtOnce = false
        try core.declare(
            "q",
            QueueOptions(
                durable: true,
                arguments: FieldTable(dictionaryLiteral: ("x-message-ttl", 1_000)).merging(Self.toDead)
            )
        )
        try core.declare("dead", .durable)
        for number in 1...20 { try core.publish("message \(number)", key: "q", persistent: true) }
        try core.wait(milliseconds: 1_000)
        while let segment = core.wantedSegments.first { try core.bring(segment) }
        #expect(
            try core.declare("dead", passive: true).replies == [
                .queueDeclared(name: "dead", messageCount: 20, consumerCount: 0)
            ]
        )
        core.loadsAtOnce = true
        #expect(try core.restarted().drain("dead") == (1...20).map { "message \($0)" })
    }

    @Test func `what has died is a dead letter even if its queue is deleted before it has been read back`() throws {
        var limits = CoreLimits()
        limits.residentBytes = 0
        limits.segmentCapacity = 256
        let core = try CoreHarness(limits)
        core.loadsAtOnce = false
        let arguments: FieldTable = ["x-message-ttl": 1_000]
        try core.declare("q", QueueOptions(durable: true, arguments: arguments.merging(Self.toDead)))
        try core.declare("dead", .durable)
        for number in 1...5 { try core.publish("message \(number)", key: "q", persistent: true) }
        try core.wait(milliseconds: 1_000)
        try core.publish("alive", key: "q", persistent: true)
        try core.deleteQueue("q")
        while let segment = core.wantedSegments.first { try core.bring(segment) }
        core.loadsAtOnce = true
        #expect(try core.drain("dead") == (1...5).map { "message \($0)" })
    }

    @Test func `purging and deleting a queue is no death`() throws {
        let core = try core()
        try core.publish("a", key: "q")
        try core.perform(.purgeQueue(name: "q", noWait: false))
        try core.publish("b", key: "q")
        try core.deleteQueue("q")
        #expect(try core.drain("dead") == [])
    }
}

extension FieldTable {
    fileprivate func merging(_ other: FieldTable) -> FieldTable { FieldTable(entries: entries + other.entries) }
}
