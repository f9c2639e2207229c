import LeveretCore
import LeveretModel
import Synchronization

/// A consumer's deliveries on their way from the core to the task that takes them.
///
/// It holds no more than the prefetch window and the session's outbound window let through.
final class InProcessConsumer: DeliverySource {
    private enum State {
        case open([Delivery], bytes: Int, waiting: CheckedContinuation<[Delivery]?, any Error>?)
        case ended(Result<[Delivery]?, any Error>)
    }

    let id: ConsumerID
    let tag: String
    private let session: SessionID
    private let driver: CoreDriver
    private let state = Mutex(State.open([], bytes: 0, waiting: nil))

    init(id: ConsumerID, tag: String, session: SessionID, driver: CoreDriver) {
        self.id = id
        self.tag = tag
        self.session = session
        self.driver = driver
    }

    /// Takes a delivery from the core. To be made known by `wake`.
    func receive(_ delivery: Delivery, bytes: Int) {
        state.withLock { state in
            guard case .open(var deliveries, let before, let waiting) = state else { return }
            state = .open([], bytes: 0, waiting: nil)
            deliveries.append(delivery)
            state = .open(deliveries, bytes: before + bytes, waiting: waiting)
        }
    }

    /// Gives what has come to the task that waits for it.
    func wake() {
        let ready = state.withLock { state -> (CheckedContinuation<[Delivery]?, any Error>, [Delivery], Int)? in
            guard case .open(let deliveries, let bytes, let waiting?) = state, !deliveries.isEmpty else { return nil }
            state = .open([], bytes: 0, waiting: nil)
            return (waiting, deliveries, bytes)
        }
        guard let (waiting, deliveries, bytes) = ready else { return }
        drained(bytes)
        waiting.resume(returning: deliveries)
    }

    func nextBatch() async throws -> [Delivery]? {
        let bytes = Mutex(0)
        let batch = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = take(or: continuation)
                bytes.withLock { $0 = result.bytes }
                if let outcome = result.outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            end(.success(nil))
        }
        drained(bytes.withLock { $0 })
        return batch
    }

    /// What has come, or else the continuation is kept until something comes.
    private func take(
        or continuation: CheckedContinuation<[Delivery]?, any Error>
    ) -> (outcome: Result<[Delivery]?, any Error>?, bytes: Int) {
        state.withLock { state in
            switch state {
            case .ended(let result):
                // What had come before the end is given first, once.
                if case .success(.some) = result { state = .ended(.success(nil)) }
                return (result, 0)
            case .open(let deliveries, let bytes, _) where !deliveries.isEmpty:
                state = .open([], bytes: 0, waiting: nil)
                return (.success(deliveries), bytes)
            case .open:
                state = .open([], bytes: 0, waiting: continuation)
                return (nil, 0)
            }
        }
    }

    /// Ends the deliveries; what has come and was not taken is still given, unless there is an error.
    func end(_ result: Result<[Delivery]?, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<[Delivery]?, any Error>? in
            guard case .open(let deliveries, _, let waiting) = state else { return nil }
            if case .success = result, !deliveries.isEmpty {
                state = .ended(.success(deliveries))
            } else {
                state = .ended(result)
            }
            return waiting
        }
        waiting?.resume(with: result)
    }

    private func drained(_ bytes: Int) {
        guard bytes > 0 else { return }
        driver.perform { $0.apply(.sessionDrained(session, bytes: bytes)) }
    }
}
