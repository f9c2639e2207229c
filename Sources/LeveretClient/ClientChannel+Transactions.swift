import LeveretModel
import LeveretWire

extension ClientChannel {
    /// Runs `body` as a transaction: what the channel publishes and acknowledges meanwhile takes effect as a whole when
    /// `body` returns, and not at all when it throws.
    ///
    /// If the task is cancelled while it waits for the commit, this throws `CancellationError`, and the transaction may
    /// have been committed.
    @discardableResult
    public nonisolated(nonsending) func withTransaction<Result: Sendable>(
        _ body: () async throws -> Result
    ) async throws -> Result {
        let selected = PendingResult<Answer>()
        let isFirst = try session.perform { session in
            try state.checkOpen()
            guard try state.mode.beginTransaction() else { return false }
            try session.call(.txSelect(TxSelect()), on: state, answeredBy: TxSelectOk.id, selected)
            return true
        }
        let result: Result
        do {
            if isFirst { _ = try await selected.value() }
            result = try await body()
        } catch {
            // The error of the body is the one to tell; a channel that is closed has nothing to roll back.
            _ = try? await call(.txRollback(TxRollback()), answeredBy: TxRollbackOk.id)
            _ = endTransaction()
            throw error
        }
        do {
            _ = try await call(.txCommit(TxCommit()), answeredBy: TxCommitOk.id)
        } catch {
            _ = endTransaction()
            throw error
        }
        if let returned = endTransaction() { throw returned }
        return result
    }

    private func endTransaction() -> PublishError? { session.perform { _ in state.mode.endTransaction() } }
}
