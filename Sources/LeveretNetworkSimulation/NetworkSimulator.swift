import LeveretCore
import LeveretSimulation

/// Runs a server, its clients, the network between them and the disk from one seed, in one thread.
package final class NetworkSimulator {
    package let seed: UInt64
    let plan: NetworkPlan
    var random: SeededGenerator
    let ledger: Ledger
    let record: SimulationRecord
    let clock = SimulatedClock()
    let disk = SimulatedJournal()
    var server: SimulatedServer
    var connections: [ClientConnection] = []
    /// Whether the network does its best.
    var isCalm = true
    private var nextConnection = 1
    private var checks = 0

    /// Lines are what a failure is told with; they cost more than everything else.
    package init(seed: UInt64, linesKept: Int = 0) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        plan = NetworkPlan(drawnBy: &random)
        ledger = Ledger(queueNames: plan.queueNames, isDurable: plan.isDurable)
        record = SimulationRecord(linesKept: linesKept)
        server = try SimulatedServer(plan: plan, disk: disk, clock: clock, ledger: ledger, record: record)
    }

    /// How often it came by the places that it exists for.
    package var coverage: NetworkCoverage { ledger.coverage }

    /// Runs to the end.
    ///
    /// - Returns: a hash of everything that the server has written.
    /// - Throws: a `Violation` that says where and how to replay it.
    package func run() throws -> UInt64 {
        do {
            record.note { "\(plan)" }
            try declare()
            isCalm = false
            for _ in 0..<plan.steps {
                record.beginStep()
                try takeStep()
                try check()
            }
            record.beginStep()
            try finish()
            return record.trace.value
        } catch {
            throw Violation(
                """
                seed \(seed), step \(record.step): \(error)
                replay with: make simulate-wire SEED=\(seed)
                \(record.history)
                """
            )
        }
    }

    /// The core's invariants are looked at now and then only: the first stage does it after each command.
    func check() throws {
        if let violation = ledger.violation { throw violation }
        checks += 1
        if checks.isMultiple(of: 8) { server.checkInvariants() }
    }

    func connect() throws -> ClientConnection {
        defer { nextConnection += 1 }
        let connection = try ClientConnection(
            number: nextConnection,
            server: server,
            ledger: ledger,
            plan: plan,
            &random
        )
        if isCalm { connection.socket.capacity = 1 << 30 }
        connections.append(connection)
        return connection
    }
}

// MARK: - Steps

extension NetworkSimulator {
    private func takeStep() throws {
        if connections.count < plan.clients, connections.isEmpty || random.chance(10) { _ = try connect() }
        if let connection = random.pick(connections) {
            switch random.number(1...100) {
            case ...30: connection.act(&random)
            case ...65: feed(connection)
            case ...90: read(connection)
            default: connection.loop.run()
            }
        }
        if random.chance(30) { random.pick(server.loops)?.run() }
        if random.chance(20) { pass(random.number(0...plan.longestStep)) }
        try runJournal()
        happen()
        if random.number(1...1000) <= plan.crashes { try crash(keeping: random.chance(50)) }
        removeLost()
    }

    private func feed(_ connection: ClientConnection) {
        if connection.stalledSteps > 0 {
            connection.stalledSteps -= 1
            return
        }
        for _ in 0..<random.number(1...10) { connection.transmit(&random) }
        if !connection.isRead { ledger.count(\.unreadClients) }
        let most = random.pick(plan.chunks) ?? 1
        connection.feed(min(connection.stream.count, random.number(1...most)), reads: random.number(1...3))
        if connection.isLeaving, connection.stream.isEmpty { connection.disconnect() }
    }

    private func read(_ connection: ClientConnection) {
        if connection.socket.isBlocked { ledger.count(\.blockedWrites) }
        guard !connection.isSilent, !connection.readsSlowly || random.chance(15) else { return }
        connection.read(random.number(1...(random.pick(plan.chunks) ?? 1)))
    }

    /// Time passes for everybody.
    func pass(_ milliseconds: Int) {
        server.advance(byMilliseconds: milliseconds)
        for connection in connections { connection.beat() }
    }

    /// What happens to clients and to the machine.
    private func happen() {
        if random.number(1...1000) <= plan.alarms {
            let isRaised = random.chance(50)
            server.alarm(isRaised)
        }
        guard random.number(1...1000) <= plan.departures, let connection = random.pick(connections) else { return }
        switch random.number(1...6) {
        case 1, 2: connection.closeConnection()
        case 3: connection.isLeaving = true
        case 4: lose(connection)
        case 5: connection.isSilent = true
        default: connection.stalledSteps = random.number(1...40)
        }
    }

    /// The network loses a connection, in the middle of whatever is under way.
    private func lose(_ connection: ClientConnection) {
        ledger.count(\.lostClients)
        connection.disconnect()
    }

    func removeLost() {
        for connection in connections where connection.isGone { connection.loop.run() }
        let lost = connections.filter(\.isGone)
        connections.removeAll(where: \.isGone)
        for connection in lost { connection.checkIsReleased() }
    }
}

// MARK: - The disk

extension NetworkSimulator {
    private func runJournal() throws {
        guard let journal = server.journal else { return }
        if random.chance(30), journal.load() { ledger.count(\.loads) }
        if random.chance(plan.commits), journal.letCommitTimePass() { ledger.count(\.waits) }
        guard !journal.isIdle, random.chance(plan.commits) else { return }
        switch try journal.commit(drawFault()) {
        case .nothingToDo, .committed: record.mix(disk.committedBatches)
        case .stalled: ledger.count(\.stalls)
        case .failed:
            ledger.count(\.failures)
            for connection in connections { connection.isDoubtful = true }
            server.runLoops()
            try restart()
        case .crashed: try restart()
        }
    }

    private func drawFault() -> SimulatedJournal.Fault {
        if random.chance(plan.diskFull) { return .diskFull }
        if random.chance(plan.brokenDisk) { return .broken(kept: random.chance(50)) }
        if random.chance(plan.crashes) { return .crash(kept: random.chance(50)) }
        return .none
    }

    /// The machine stops; a batch under way may have become durable without the core having heard of it.
    private func crash(keeping keepsBatch: Bool) throws {
        guard let journal = server.journal else { return }
        _ = try journal.commit(.crash(kept: keepsBatch))
        try restart()
    }

    /// A new life on what is durable.
    func restart() throws {
        ledger.count(\.crashes)
        record.note { "the machine stops" }
        server.stop()
        for connection in connections { connection.isGone = true }
        for connection in connections { connection.disconnect(evenIfGone: true) }
        server.runLoops()
        connections = []
        ledger.restart()
        server = try SimulatedServer(plan: plan, disk: disk, clock: clock, ledger: ledger, record: record)
    }
}
