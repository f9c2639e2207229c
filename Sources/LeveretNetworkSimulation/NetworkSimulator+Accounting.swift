import LeveretSimulation
import LeveretWire

// The beginning, when queues are declared, and the end, when everything is accounted for.

extension NetworkSimulator {
    /// Declares what the clients use, with a client of its own and before anything can fail.
    func declare() throws {
        let connection = try connect(until: \.isUsable)
        guard let channel = connection.openChannel(&random) else { return }
        let fanout = ExchangeDeclare(exchange: NetworkPlan.fanout, type: "fanout", durable: true)
        connection.ask(.exchangeDeclare(fanout), for: [ExchangeDeclareOk.id], on: channel)
        for name in plan.queueNames {
            connection.ask(
                .queueDeclare(QueueDeclare(queue: name, durable: true)),
                for: [QueueDeclareOk.id],
                on: channel
            )
            guard name != NetworkPlan.looseQueue else { continue }
            let bind = QueueBind(queue: name, exchange: NetworkPlan.fanout, routingKey: "")
            connection.ask(.queueBind(bind), for: [QueueBindOk.id], on: channel)
        }
        try run { channel.state == .open && channel.questions.isEmpty }
        connection.closeConnection()
        try run { self.connections.isEmpty }
    }

    /// A connection for which nothing is wrong on purpose.
    private func connect(until isReady: (ClientConnection) -> Bool) throws -> ClientConnection {
        for _ in 0..<100 {
            let connection = try connect()
            guard !connection.hasWrongPassword else {
                connection.disconnect()
                removeLost()
                continue
            }
            try run { isReady(connection) && connection.phase == .open }
            return connection
        }
        throw Violation("every password is wrong")
    }

    /// Lets everything run that can, until something has come to pass, which it must.
    private func run(until isDone: () -> Bool) throws {
        for _ in 0..<1_000 {
            guard !isDone() else { return }
            try runEverything()
        }
        throw Violation("what must come to pass does not")
    }

    private func runEverything() throws {
        for connection in connections {
            while connection.transmit(&random) {}
            connection.feed(connection.stream.count, reads: 1)
            if !connection.isSilent { connection.read(connection.socket.inTransit) }
            if connection.isLeaving, connection.stream.isEmpty || !connection.isRead { connection.disconnect() }
        }
        server.runLoops()
        if let journal = server.journal {
            while journal.load() {}
            while journal.letCommitTimePass() {}
            _ = try journal.commit(.none)
        }
        try check()
        removeLost()
    }

    /// Nobody does anything new, everything else goes on, and it must come to rest.
    func finish() throws {
        server.alarm(false)
        isCalm = true
        for connection in connections {
            connection.stalledSteps = 0
            connection.socket.capacity = 1 << 30
            if connection.isSilent { connection.disconnect() }
        }
        removeLost()
        try settle()
        try checkNothingIsOwed()
        try endConnections()
        if plan.isDurable { try restart() }
        try drain()
        try endConnections()
        try checkIsEmpty()
    }

    /// Runs until nothing moves; then clients answer what they have.
    private func settle() throws {
        for _ in 0..<1_000 {
            // What was read from the disk in one round is written to sockets in the next.
            var quietRounds = 0
            try run {
                quietRounds = isQuiet ? quietRounds + 1 : 0
                return quietRounds > 3
            }
            guard answerEverything() else { return }
        }
        throw Violation("the clients get no end of deliveries")
    }

    /// Whether nothing is on its way: what waits in a server that does not read waits for good.
    private var isQuiet: Bool {
        guard server.journal?.hasWork != true else { return false }
        return connections.allSatisfy { connection in
            (connection.stream.isEmpty || !connection.isRead) && connection.outbox.isEmpty
                && connection.socket.inTransit == 0 && !connection.isLeaving
        }
    }

    private func answerEverything() -> Bool {
        var hasAnswered = false
        for connection in connections where connection.canAct {
            for channel in connection.usableChannels where !channel.isRecovering {
                guard let last = channel.received.max() else { continue }
                let tags = channel.received
                channel.received = []
                connection.say(
                    .basicAck(BasicAck(deliveryTag: last, multiple: true)),
                    on: channel,
                    .settle(channel, tags: tags, .discard)
                )
                hasAnswered = true
            }
        }
        return hasAnswered
    }

    // MARK: What is owed

    private func checkNothingIsOwed() throws {
        for connection in connections {
            guard connection.isSound, !connection.hasAskedToClose, !connection.isLeaving else { continue }
            // Messages that nobody takes may fill the memory, for which publishers have to wait.
            if connection.isBlocked, plan.mayFillMemory { continue }
            guard connection.stream.isEmpty, connection.isRead, !connection.isBlocked else {
                throw Violation(
                    "\(connection) is not read any more, with \(connection.stream.count) bytes to read, "
                        + "\(connection.socket.inTransit) in transit, \(connection.isBlocked ? "" : "not ")blocked"
                )
            }
            for channel in connection.channels where channel.isSound { try checkNothingIsOwed(on: channel) }
        }
    }

    private func checkNothingIsOwed(on channel: ClientChannel) throws {
        if let question = channel.questions.first {
            let queue = question.queue.map { ", \($0.name): \(server.describe($0.name))" } ?? ""
            throw Violation("\(channel): no answer with \(question.answers[0].name)\(queue)")
        }
        if let open = channel.openPublishes.min(by: { $0.key < $1.key }) {
            throw Violation("\(channel): no confirm for publishing \(open.key)")
        }
        for consumer in channel.activeConsumers {
            guard !consumer.queue.isLossy, let owed = consumer.queue.owed.first else { continue }
            throw Violation(
                "\(channel): message \(owed.message.number) stays in \(consumer.queue.name): "
                    + server.describe(consumer.queue.name)
            )
        }
    }

    private func endConnections() throws {
        for connection in connections {
            if random.chance(50), connection.canAct {
                connection.closeConnection()
            } else {
                connection.isLeaving = true
            }
            if !connection.isRead { connection.disconnect() }
        }
        try run { self.connections.isEmpty }
        if let left = server.leftovers { throw Violation("\(left) are left that nobody has") }
    }

    /// Reads every queue to its end.
    private func drain() throws {
        let connection = try connect(until: \.isUsable)
        guard let channel = connection.openChannel(&random) else { return }
        for queue in ledger.queues {
            var isEmpty = false
            while !isEmpty {
                let tagBefore = channel.lastTag
                connection.get(from: queue, on: channel, noAcknowledge: false)
                try run { channel.questions.isEmpty && connection.arriving.isEmpty }
                isEmpty = channel.lastTag == tagBefore
                if !isEmpty { ledger.count(\.drainedMessages) }
                _ = answerEverything()
            }
            try settle()
            guard let owed = queue.owed.first, !queue.isLossy else { continue }
            throw Violation("message \(owed.message.number) is lost from \(queue.name)")
        }
    }

    /// Nothing is left on the disk that nobody can get at.
    private func checkIsEmpty() throws {
        guard plan.isDurable else { return }
        for _ in 0..<5 { try runEverything() }
        guard disk.image.segments.isEmpty else {
            throw Violation("\(disk.image.segments.count) segments stay on the disk though all queues are empty")
        }
    }
}
