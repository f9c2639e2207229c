#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
package import LeveretCore

/// Where the driver reads the time that it passes to the core.
package struct BrokerClock: Sendable {
    private let read: @Sendable () -> BrokerTime

    package init(_ read: @escaping @Sendable () -> BrokerTime) { self.read = read }

    package func now() -> BrokerTime { read() }

    /// The system's time at the start of the process, and what has passed since: setting the clock while the broker
    /// runs neither ends the life of messages nor prolongs it.
    package static let system: BrokerClock = {
        let start = milliseconds(of: CLOCK_REALTIME)
        let origin = milliseconds(of: steadyClock)
        return BrokerClock {
            BrokerTime(milliseconds: UInt64(max(0, start + milliseconds(of: steadyClock) - origin)))
        }
    }()

    /// A clock that nobody sets and that goes on while the machine sleeps.
    private static var steadyClock: clockid_t {
        #if canImport(Darwin)
        CLOCK_MONOTONIC
        #else
        CLOCK_BOOTTIME
        #endif
    }

    private static func milliseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
