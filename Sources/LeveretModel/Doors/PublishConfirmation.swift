import Synchronization

/// The broker's answer to one publishing, which is still to come or has come.
public final class PublishConfirmation: Sendable {
    private typealias Waiter = CheckedContinuation<Void, any Error>

    private enum State {
        case waiting([Int: Waiter], next: Int)
        case settled(Result<Void, any Error>)
    }

    private let state = Mutex(State.waiting([:], next: 0))

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
    /// closed first; then the message may or may not have arrived. Throws `CancellationError` as soon as the task is
    /// cancelled; the message is on its way nevertheless, and others may go on waiting.
    public func wait() async throws {
        let number = takeNumber()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiter: Waiter) in
                if let result = add(waiter, number) { return waiter.resume(with: result) }
                // Who was cancelled before there was a waiter has not been heard.
                if Task.isCancelled { giveUp(number) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    private func takeNumber() -> Int {
        state.withLock { state in
            guard case .waiting(let waiters, let next) = state else { return 0 }
            state = .waiting(waiters, next: next + 1)
            return next
        }
    }

    /// Gives the answer if it has come already.
    private func add(_ waiter: Waiter, _ number: Int) -> Result<Void, any Error>? {
        state.withLock { state in
            switch state {
            case .waiting(var waiters, let next):
                waiters[number] = waiter
                state = .waiting(waiters, next: next)
                return nil
            case .settled(let result): return result
            }
        }
    }

    private func giveUp(_ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard case .waiting(var waiters, let next) = state else { return nil }
            defer { state = .waiting(waiters, next: next) }
            return waiters.removeValue(forKey: number)
        }
        waiter?.resume(throwing: CancellationError())
    }

    /// Gives the answer to all who wait, and to all who will.
    package func settle(_ result: Result<Void, any Error>) {
        let waiters = state.withLock { state -> [Int: Waiter] in
            guard case .waiting(let waiters, _) = state else { return [:] }
            state = .settled(result)
            return waiters
        }
        for waiter in waiters.values { waiter.resume(with: result) }
    }
}
