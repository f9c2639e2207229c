import LeveretModel
import LeveretWire

/// Clients that do little and go: connect, declare a queue, publish a message, get it, close; over and over.
struct ChurnRun {
    let target: LoadTarget
    /// Clients at work at the same time.
    let clients: Int
    let seconds: Double
    /// Bytes of each body.
    let size: Int
    let brokerProcess: Int32?
    let progress = LoadProgress()

    /// Throws `LoadFailure`, or `SystemError` if the broker's process cannot be looked at.
    func execute() throws -> ChurnResult {
        brokerProcess.map(ProcessFigures.resetPeak(ofProcess:))
        let before = try LoadSnapshot(progress, brokerProcess: brokerProcess)
        let workers = (0..<clients).map { ChurnClient(number: $0, run: self) }
        progress.beginWork(clients)
        let threads = try workers.map { worker in
            try NativeThread.start {
                worker.run(until: before.time + UInt64(seconds * 1_000_000_000))
                progress.endWork()
            }
        }
        var line = ProgressLine("completed", "cycles", total: nil)
        while progress.isWorking {
            line.update(progress.received)
            MonotonicClock.wait(until: MonotonicClock.now() + 20_000_000)
        }
        threads.forEach { $0.join() }
        line.clear()
        let after = try LoadSnapshot(progress, brokerProcess: brokerProcess)
        if let failure = progress.failure { throw failure }
        return ChurnResult(
            cycles: progress.received,
            seconds: Double((workers.map(\.endedAt).max() ?? after.time) - before.time) / 1_000_000_000,
            latencies: workers.reduce(into: LatencyHistogram()) { $0.merge($1.latencies) },
            broker: before.broker.flatMap { before in after.broker.map { LoadResult.BrokerShare(before, $0) } }
        )
    }
}

/// One thread that is one client after the other.
private final class ChurnClient: @unchecked Sendable {
    // Unchecked: used by its own thread until that is joined, then by the one that reads the results.
    private(set) var latencies = LatencyHistogram()
    private(set) var endedAt: UInt64 = 0
    private let number: Int
    private let churn: ChurnRun
    private var cycle = 0

    private static let receiveBytes = 1 << 18
    private static let emptyAnswersAllowed = 1000

    init(number: Int, run: ChurnRun) {
        self.number = number
        churn = run
    }

    func run(until end: UInt64) {
        do throws(LoadFailure) {
            while !churn.progress.isStopping, MonotonicClock.now() < end {
                let start = MonotonicClock.now()
                try completeCycle()
                latencies.record(MonotonicClock.now() - start)
                churn.progress.addReceived(1)
            }
        } catch {
            churn.progress.fail(error)
        }
        endedAt = MonotonicClock.now()
    }

    private func completeCycle() throws(LoadFailure) {
        cycle += 1
        let connection = try LoadConnection.open(churn.target, receiveBytes: Self.receiveBytes)
        let plan = LoadPlan(
            target: churn.target,
            queue: "leveret-churn-\(number)-\(cycle)-\(MonotonicClock.now())",
            sizes: [churn.size],
            limit: .messages(1)
        )
        let declare = QueueDeclare(queue: plan.queue, exclusive: true)
        _ = try connection.call(.queueDeclare(declare), QueueDeclareOk.id)
        let batch = try PublishBatch(plan, producer: 0, frameMax: connection.frameMax, bytes: 0)
        let sentAt = MonotonicClock.now()
        try connection.send(batch.fill(1, after: 0, producer: 0) { _ in sentAt })
        try get(plan, connection)
        guard connection.close() else { throw .disconnected }
    }

    /// Gets the message and looks at it.
    private func get(_ plan: LoadPlan, _ connection: LoadConnection) throws(LoadFailure) {
        var inspection = DeliveryInspection(plan)
        for _ in 0..<Self.emptyAnswersAllowed {
            try connection.send(.basicGet(BasicGet(queue: plan.queue, noAck: true)))
            if try isMessage(connection, &inspection) {
                guard inspection.outOfOrder == 0 else { throw .violation("a message that was not published") }
                return
            }
        }
        throw .violation("the queue stays empty after a message was published to it")
    }

    /// Reads the answer to basic.get: true once a whole message has come, false if there is none.
    private func isMessage(
        _ connection: LoadConnection,
        _ inspection: inout DeliveryInspection
    ) throws(LoadFailure) -> Bool {
        while !churn.progress.isStopping {
            try connection.fill()
            var answer: Bool?
            try connection.withReceived { received throws(LoadFailure) in
                while answer == nil, let frame = try received.nextFrame() {
                    if frame.type == FrameKind.method.rawValue, frame.size >= 4 {
                        if frame.method == BasicGetEmpty.id { answer = false }
                        try LoadConnection.throwIfClosed(frame)
                    } else if try inspection.isMessageComplete(with: frame, at: 0) {
                        answer = true
                    }
                }
            }
            if let answer { return answer }
        }
        throw .stalled(seconds: 0, what: "the run was ended while a message was awaited")
    }
}
