import Leveret
import LeveretCore

/// Calls a core at the time that it has asked for, when the simulation comes by.
final class StepwiseTimer: WakeTiming, @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    private var wakeAt: BrokerTime?
    private weak var driver: CoreDriver?

    func start(for driver: CoreDriver) { self.driver = driver }

    func schedule(_ time: BrokerTime) { wakeAt = time }

    func stop() { wakeAt = nil }

    func callIfDue(at now: BrokerTime) {
        guard let wakeAt, wakeAt <= now else { return }
        self.wakeAt = nil
        driver?.perform { $0.apply(.tick) }
    }
}
