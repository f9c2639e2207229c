import LeveretModel
import Testing

@Suite struct PublishConfirmationTests {
    @Test func `all who wait get the answer, and all who come later`() async throws {
        let confirmation = PublishConfirmation()
        async let first: Void = confirmation.wait()
        async let second: Void = confirmation.wait()
        confirmation.settle(.success(()))
        try await first
        try await second
        try await confirmation.wait()
    }

    @Test func `a cancelled task waits no longer, and others go on waiting`() async throws {
        let confirmation = PublishConfirmation()
        let patient = Task { try await confirmation.wait() }
        let impatient = Task { try await confirmation.wait() }
        impatient.cancel()
        await #expect(throws: CancellationError.self) { try await impatient.value }
        confirmation.settle(.success(()))
        try await patient.value
    }

    @Test func `a task that was cancelled before it waits does not wait`() async throws {
        let confirmation = PublishConfirmation()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await confirmation.wait()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
