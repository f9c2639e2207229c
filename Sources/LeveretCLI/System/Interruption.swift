import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// SIGINT and SIGTERM as a way to end long work cleanly.
enum Interruption {
    /// What a shell reports of a process that ended by SIGINT.
    private static let impatientStatus: Int32 = 130

    /// Runs `body` in a task of its own, and cancels that at the first signal; the second one ends the process at
    /// once.
    ///
    /// Gives `nil` if the body answered the interruption with a `CancellationError`.
    static func catching<Result: Sendable>(
        _ body: sending @escaping () async throws -> Result
    ) async throws -> Result? {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let work = Task { try await body() }
        let watch = Task {
            for await _ in signals {
                if work.isCancelled { _exit(impatientStatus) }
                work.cancel()
            }
        }
        defer { watch.cancel() }
        do {
            return try await work.value
        } catch  where error is CancellationError && work.isCancelled {
            return nil
        }
    }
}
