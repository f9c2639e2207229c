/// How a command does work that measures: on a thread of its own, until it ends or somebody interrupts it.
enum MeasuredWork {
    static let unsound = CommandFailure(.failed, "the broker lost, refused or reordered messages: see the report")

    /// Throws what the work throws, and `CancellationError` if it was interrupted before it had a result.
    static func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result,
        onInterruption interrupt: @escaping @Sendable () -> Void
    ) async throws -> Result {
        FileDescriptorLimit.raise()
        let result = try await Interruption.catching {
            try await withTaskCancellationHandler {
                try await NativeThread.run(work)
            } onCancel: {
                interrupt()
            }
        }
        guard let result else { throw CancellationError() }
        return result
    }
}
