import Synchronization

/// The broker's answer to one publishing, which is still to come or has come.
public final class PublishConfirmation: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Void, any Error>])
        case settled(Result<Void, any Error>)
    }

    private let state = Mutex(State.waiting([]))

    package init() {}

    /// For a message that has been taken already, into a transaction.
    package static var taken: PublishConfirmation {
        let confirmation = PublishConfirmation()
        confirmation.settle(.success(()))
        return confirmation
    }

    /// Waits until the broker has taken responsibility for the message: a persistent message in a durable queue is
    /// on disk then.
    ///
    /// Throws `PublishError` if the broker refused or returned the message, and the channel's error if the channel
    /// closed first; then the message may or may not have arrived.
    public func wait() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let result = state.withLock { state -> Result<Void, any Error>? in
                switch state {
                case .waiting(let continuations):
                    state = .waiting(continuations + [continuation])
                    return nil
                case .settled(let result):
                    return result
                }
            }
            if let result { continuation.resume(with: result) }
        }
    }

    /// Gives the answer to all who wait, and to all who will.
    package func settle(_ result: Result<Void, any Error>) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
            guard case .waiting(let continuations) = state else { return [] }
            state = .settled(result)
            return continuations
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
