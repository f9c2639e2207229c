import Leveret
import LeveretCore
import LeveretServer
import LeveretSimulation
import Logging

/// One life of a broker and its server, from its start on a disk until the machine stops.
final class SimulatedServer {
    let clock: SimulatedClock
    let driver: CoreDriver
    let acceptor: ConnectionAcceptor
    let loops: [StepwiseEventLoop]
    let journal: StepwiseJournal?
    private let broker: Broker
    private let timer = StepwiseTimer()
    private let record: SimulationRecord

    init(plan: NetworkPlan, disk: SimulatedJournal, clock: SimulatedClock, ledger: Ledger, record: SimulationRecord)
        throws
    {
        self.clock = clock
        self.record = record
        let recovered = try disk.recover()
        let isNew = recovered.isEmpty
        journal = plan.isDurable ? StepwiseJournal(store: disk, ledger: ledger) : nil
        driver = CoreDriver(
            journal: journal,
            timer: timer,
            recovered: recovered,
            limits: plan.limits,
            seed: UInt64(ledger.life),
            clock: clock.reading,
            metrics: BrokerMetrics(),
            onFailure: { _ in }
        )
        driver.start()
        let logger = Logger(label: "leveret.simulation") { _ in SwiftLogNoOpLogHandler() }
        broker = try Broker(
            BrokerConfiguration(maximumMessageSize: plan.largestBody),
            driver: driver,
            isNew: isNew,
            logger: logger
        )
        var configuration = ServerConfiguration()
        configuration.frameMax = UInt32(plan.frameMax)
        configuration.outboundBytesMax = plan.outboundBytesMax
        acceptor = ConnectionAcceptor(broker: broker, configuration: configuration, logger: logger)
        loops = (0..<plan.loops).map { _ in StepwiseEventLoop() }
    }

    /// The loop of a connection.
    func loop(for connection: Int) -> StepwiseEventLoop { loops[connection % loops.count] }

    /// Lets time pass.
    func advance(byMilliseconds duration: Int) {
        clock.advance(byMilliseconds: duration)
        timer.callIfDue(at: clock.now)
        for loop in loops { loop.advance(byMilliseconds: duration) }
    }

    func runLoops() {
        for loop in loops { loop.run() }
    }

    /// The machine stops: nothing comes of what is under way.
    func stop() {
        journal?.stop()
        timer.stop()
    }

    /// Whether the core keeps what it must.
    func checkInvariants() { driver.inspect { $0.checkInvariants() } }

    /// The machine is short of memory, or no longer.
    func alarm(_ isRaised: Bool) {
        driver.perform { $0.apply(.resourceAlarm(.memory, isRaised: isRaised)) }
    }

    /// What the core knows of a queue.
    func describe(_ name: String) -> String {
        guard let queue = driver.inspect({ $0.report() }).queues.first(where: { $0.name == name }) else {
            return "gone"
        }
        return "\(queue.ready) ready, \(queue.unacknowledged) unacknowledged, \(queue.consumers) consumers"
    }

    /// What is there although there is no client.
    var leftovers: String? {
        if acceptor.connections.count > 0 { return "\(acceptor.connections.count) connections" }
        if driver.sinkCount > 0 { return "\(driver.sinkCount) sinks" }
        let sessions = driver.inspect { $0.sessionIDs }
        return sessions.isEmpty ? nil : "\(sessions.count) sessions"
    }

    func nextSerial() -> Int { record.nextSerial() }

    func note(_ line: () -> String) { record.note(line) }

    func note(_ bytes: UnsafeRawBufferPointer, of connection: Int) { record.mix(bytes, of: connection) }
}
