import Leveret
import LeveretCore

/// The time of a simulation. Event loops are moved along with it.
final class SimulatedClock: @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    private(set) var milliseconds: UInt64 = 1_800_000_000_000

    var now: BrokerTime { BrokerTime(milliseconds: milliseconds) }

    /// For a driver.
    var reading: BrokerClock { BrokerClock { [self] in now } }

    func advance(byMilliseconds duration: Int) { milliseconds += UInt64(duration) }
}
