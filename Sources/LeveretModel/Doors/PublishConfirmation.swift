import Synchronization

/// The broker's answer to one publishing, or to several that were published together: it is still to come or has come.
public final class PublishConfirmation: Sendable {
    private enum State {
        /// For how many messages, and by whom.
        case waiting(count: Int, [CheckedContinuation<Void, any Error>])
        case settled(Result<Void, any Error>)
    }

    private let state: Mutex<State>

    /// For so many messages. That there is none is settled.
    package init(count: Int = 1) {
        state = Mutex(count == 0 ? .settled(.success(())) : .waiting(count: count, []))
    }

    /// Waits until the broker has taken responsibility for every message: a persistent message in a durable queue is
    /// on disk then.
    ///
    /// Throws `PublishError` if the broker refused or returned a message, and the channel's error if the channel
    /// closed first; then the message may or may not have arrived. Of several messages the first that fails is told; the
    /// others may or may not have arrived.
    public func wait() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let result = state.withLock { state -> Result<Void, any Error>? in
                switch state {
                case .waiting(let count, let continuations):
                    state = .waiting(count: count, continuations + [continuation])
                    return nil
                case .settled(let result):
                    return result
                }
            }
            if let result { continuation.resume(with: result) }
        }
    }

    /// Notes the answer to so many of the messages. Once it is known for all, or a failure, all are told who wait, and
    /// all who will.
    package func settle(_ result: Result<Void, any Error>, count answered: Int = 1) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
            guard case .waiting(let count, let continuations) = state else { return [] }
            if case .success = result, answered < count {
                state = .waiting(count: count - answered, continuations)
                return []
            }
            state = .settled(result)
            return continuations
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
