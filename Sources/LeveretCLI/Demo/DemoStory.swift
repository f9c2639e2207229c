import LeveretClient

/// The demonstration: orders are published and mailed while their broker is killed and started again.
struct DemoStory {
    let broker: DemoBroker
    let ledger: DemoLedger
    /// Tells the person in front of the screen what happens.
    let tell: @Sendable (String) -> Void

    /// How long nothing may move before what is missing counts as lost.
    private static let patience = Duration.seconds(15)
    private static let workers = 2

    func run() async throws -> DemoLedger.Counts {
        try await broker.start()
        tell("broker        started on 127.0.0.1:\(broker.port), data in \(broker.directory)")
        let configuration = ConnectionConfiguration(host: "127.0.0.1", port: broker.port)
        let policy = ReconnectPolicy.backoff(initial: .milliseconds(20), maximum: .milliseconds(200))
        try await withThrowingTaskGroup(of: Role.self) { group in
            for _ in 0..<Self.workers {
                let worker = EmailWorker(configuration: configuration, policy: policy, ledger: ledger)
                group.addTask {
                    try await worker.run()
                    return .worker
                }
            }
            let service = OrderService(configuration: configuration, policy: policy, ledger: ledger)
            group.addTask {
                try await service.run()
                return .orderService
            }
            group.addTask {
                try await killInTheMiddle()
                return .killer
            }
            group.addTask {
                await settle()
                return .judge
            }
            for try await role in group where role == .judge { break }
            group.cancelAll()
        }
        return ledger.counts
    }

    private enum Role {
        case orderService
        case worker
        case killer
        case judge
    }

    private func killInTheMiddle() async throws {
        let half = ledger.counts.orders / 2
        await ledger.wait { $0.confirmed >= half }
        try Task.checkCancellation()
        try await broker.kill()
        let counts = ledger.counts
        tell("broker        killed (SIGKILL): \(Self.confirmed(counts)), \(Self.acknowledged(counts))")
        let start = ContinuousClock.now
        try await broker.start()
        let time = NumberText.fixed((ContinuousClock.now - start) / .milliseconds(1))
        tell("broker        started again on the same data in \(time) ms; the clients connect again")
    }

    /// Returns when everything is acknowledged, or when nothing has moved for a long time.
    private func settle() async {
        var last = ledger.counts
        var lastMovement = ContinuousClock.now
        while !(last.confirmed == last.orders && last.acknowledged == last.orders) {
            try? await Task.sleep(for: .milliseconds(20))
            let now = ledger.counts
            if now != last { lastMovement = .now }
            last = now
            if Task.isCancelled || ContinuousClock.now - lastMovement > Self.patience { return }
        }
    }

    private static func confirmed(_ counts: DemoLedger.Counts) -> String {
        "\(NumberText.grouped(counts.confirmed)) orders confirmed"
    }

    private static func acknowledged(_ counts: DemoLedger.Counts) -> String {
        "\(NumberText.grouped(counts.acknowledged)) mailed"
    }
}
