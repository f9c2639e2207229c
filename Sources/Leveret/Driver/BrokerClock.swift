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

    /// The system's clock.
    package static let system = BrokerClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        return BrokerTime(milliseconds: UInt64(max(0, milliseconds)))
    }
}
