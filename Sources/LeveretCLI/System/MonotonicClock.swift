#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The system's clock that is never set back, in nanoseconds from an arbitrary moment; and what goes with it.
enum MonotonicClock {
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The seconds since 1970, by the clock that `date +%s.%N` reads.
    static func secondsSince1970() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }

    /// Blocks the thread until the clock shows `moment`, to the microsecond where the system can.
    static func wait(until moment: UInt64) {
        let now = now()
        guard moment > now else { return }
        let nanoseconds = moment - now
        var pause = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&pause, nil)
    }

    /// Lets this thread's waits end as exactly as the system can, not 50 microseconds late.
    static func sharpenWaits() {
        #if os(Linux)
        // A link to `PROCESS/task/THREAD`.
        var target = [CChar](repeating: 0, count: 64)
        let length = readlink("/proc/thread-self", &target, target.count)
        let path = String(decoding: target.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let thread = path.split(separator: "/").last else { return }
        let descriptor = open("/proc/\(thread)/timerslack_ns", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, "1000", 4)
        close(descriptor)
        #endif
    }
}
