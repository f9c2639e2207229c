import LeveretCore
import LeveretModel

extension InProcessChannel {
    /// Runs `body` as a transaction: what the channel publishes and acknowledges meanwhile takes effect as a whole when
    /// `body` returns, and not at all when it throws.
    @discardableResult
    nonisolated(nonsending) public func withTransaction<Result: Sendable>(
        _ body: () async throws -> Result
    ) async throws -> Result {
        try beginTransaction()
        let result: Result
        do {
            result = try await body()
        } catch {
            // The error of the body is the one to tell; a channel that is closed has nothing to roll back.
            _ = try? await call(.rollback)
            _ = inbox.endTransaction()
            throw error
        }
        do {
            _ = try await call(.commit)
        } catch {
            _ = inbox.endTransaction()
            throw error
        }
        if let returned = inbox.endTransaction() { throw returned }
        return result
    }

    /// Notes it and selects transactions under one locking, so that no publishing comes in between.
    private func beginTransaction() throws {
        var outcome: Swift.Result<Void, any Error> = .success(())
        driver.perform { port in
            outcome = Swift.Result {
                if try inbox.beginTransaction() { port.apply(.method(id, .selectTransactions(noWait: true))) }
            }
        }
        try outcome.get()
    }
}
