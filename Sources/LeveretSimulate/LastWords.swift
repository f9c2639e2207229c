#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Says which seed was being run when a trap stops the process, as a failed invariant does.
enum LastWords {
    static var seed: UInt64 {
        get { runningSeed }
        set {
            runningSeed = newValue
            install()
        }
    }

    // Read by the signal handler, which may do next to nothing, on the thread that writes it.
    nonisolated(unsafe) private static var runningSeed: UInt64 = 0
    // Written before the handler is installed.
    nonisolated(unsafe) private static var previous = sigaction()
    // Set once, before any seed runs, by the only thread there is.
    nonisolated(unsafe) private static var isInstalled = false

    private static func install() {
        guard !isInstalled else { return }
        isInstalled = true
        var action = sigaction()
        #if canImport(Darwin)
        action.__sigaction_u.__sa_handler = { _ in LastWords.speak() }
        #else
        action.__sigaction_handler.sa_handler = { _ in LastWords.speak() }
        #endif
        sigaction(SIGILL, &action, &previous)
    }

    /// Writes the seed, then leaves the signal to whoever had it before: the trap happens again.
    private static func speak() {
        say("\nthe core trapped; replay with: make simulate SEED=")
        var digits: (UInt8, UInt8) = (0, 10)
        var divisor: UInt64 = 1
        while runningSeed / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            digits.0 = 48 + UInt8(truncatingIfNeeded: runningSeed / divisor % 10)
            write(2, &digits.0, 1)
            divisor /= 10
        }
        say("\n")
        sigaction(SIGILL, &previous, nil)
    }

    private static func say(_ text: StaticString) { write(2, text.utf8Start, text.utf8CodeUnitCount) }
}
