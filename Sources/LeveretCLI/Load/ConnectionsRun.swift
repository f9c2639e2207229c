import LeveretModel
import LeveretWire

/// Opens many connections, keeps them for a while without a word, and closes them.
struct ConnectionsRun {
    let target: LoadTarget
    /// How many connections there are to be.
    let count: Int
    /// Channels that each opens.
    let channels: UInt16
    /// How many threads open connections at the same time.
    let threads: Int
    let holdSeconds: Double
    let brokerProcess: Int32?
    let progress = LoadProgress()

    private static let receiveBytes = 1 << 14

    /// Throws `LoadFailure` if a connection is refused, `SystemError` if the broker's process cannot be looked at.
    func execute() throws -> ConnectionsResult {
        let before = try brokerProcess.map(ProcessFigures.init(process:))
        let start = MonotonicClock.now()
        let openers = (0..<threads).map { number in
            ConnectionOpener(count: count / threads + (number < count % threads ? 1 : 0), run: self)
        }
        let work = try openers.map { opener in try NativeThread.start { opener.run() } }
        var line = ProgressLine("opened", "connections", total: UInt64(count))
        progress.beginWork(1)
        let end = try NativeThread.start {
            work.forEach { $0.join() }
            progress.endWork()
        }
        while progress.isWorking {
            line.update(progress.sent)
            MonotonicClock.wait(until: MonotonicClock.now() + 1_000_000)
        }
        end.join()
        line.clear()
        let openSeconds = Double(MonotonicClock.now() - start) / 1_000_000_000
        if let failure = progress.failure { throw failure }
        let opened = try brokerProcess.map(ProcessFigures.init(process:))
        hold()
        let held = try brokerProcess.map(ProcessFigures.init(process:))
        return ConnectionsResult(
            opened: openers.reduce(0) { $0 + $1.connections.count },
            alive: openers.reduce(0) { $0 + $1.connections.filter { $0.close() }.count },
            openSeconds: openSeconds,
            latencies: openers.reduce(into: LatencyHistogram()) { $0.merge($1.latencies) },
            broker: ConnectionsResult.Broker(before, opened, held)
        )
    }

    private func hold() {
        let end = MonotonicClock.now() + UInt64(holdSeconds * 1_000_000_000)
        while !progress.isInterrupted, MonotonicClock.now() < end {
            MonotonicClock.wait(until: min(end, MonotonicClock.now() + 50_000_000))
        }
    }

    fileprivate func open() throws(LoadFailure) -> LoadConnection {
        let connection = try LoadConnection.open(target, receiveBytes: Self.receiveBytes)
        for channel in 0..<channels where channel + 1 != LoadConnection.channel {
            _ = try connection.call(.channelOpen(ChannelOpen()), ChannelOpenOk.id, channel: channel + 1)
        }
        return connection
    }
}

/// One thread that opens connections one after the other.
private final class ConnectionOpener: @unchecked Sendable {
    // Unchecked: used by its own thread until that is joined, then by the one that reads the results.
    private(set) var connections: [LoadConnection] = []
    private(set) var latencies = LatencyHistogram()
    private let count: Int
    private let plan: ConnectionsRun

    init(count: Int, run: ConnectionsRun) {
        self.count = count
        plan = run
    }

    func run() {
        do throws(LoadFailure) {
            while connections.count < count, !plan.progress.isStopping {
                let start = MonotonicClock.now()
                connections.append(try plan.open())
                latencies.record(MonotonicClock.now() - start)
                plan.progress.addSent(1)
            }
        } catch {
            plan.progress.fail(error)
        }
    }
}
