import LeveretModel
import Synchronization

/// The deliveries of a consumer on their way from the event loop to the task that takes them.
///
/// It holds no more than the prefetch window lets through.
final class ConsumerDeliveries: DeliverySource {
    private struct State {
        var waiting: [Delivery] = []
        var bytes = 0
        var continuation: CheckedContinuation<[Delivery]?, any Error>?
        var end: Result<[Delivery]?, any Error>?
    }

    private let state = Mutex(State())
    /// The connection whose reading this consumer can stop, if nothing else limits what comes.
    private let window: SharedSession?

    init(window: SharedSession?) { self.window = window }

    /// Hands deliveries to the task that waits, or keeps them until one asks.
    func receive(_ deliveries: [Delivery], bytes: Int) {
        let continuation = state.withLock { state -> CheckedContinuation<[Delivery]?, any Error>? in
            if let continuation = state.continuation {
                state.continuation = nil
                return continuation
            }
            window?.window.add(bytes)
            state.bytes += bytes
            if state.waiting.isEmpty {
                state.waiting = deliveries
            } else {
                state.waiting.append(contentsOf: deliveries)
            }
            return nil
        }
        guard let continuation else { return }
        continuation.resume(returning: deliveries)
    }

    func nextBatch() async throws -> [Delivery]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard let (result, bytes) = take(or: continuation) else { return }
                release(bytes)
                continuation.resume(with: result)
            }
        } onCancel: {
            end(nil)
        }
    }

    /// What there is, or `nil` if the continuation is kept until something comes.
    private func take(
        or continuation: CheckedContinuation<[Delivery]?, any Error>
    ) -> (Result<[Delivery]?, any Error>, Int)? {
        state.withLock { state in
            if !state.waiting.isEmpty, !Task.isCancelled {
                defer {
                    state.waiting = []
                    state.bytes = 0
                }
                return (.success(state.waiting), state.bytes)
            }
            if let end = state.end { return (end, 0) }
            state.continuation = continuation
            return nil
        }
    }

    /// Ends the deliveries, after those that have come; with an error at once.
    func end(_ error: (any Error)?) {
        let result: Result<[Delivery]?, any Error> = error.map { .failure($0) } ?? .success(nil)
        let (continuation, bytes) = state.withLock { state -> (CheckedContinuation<[Delivery]?, any Error>?, Int) in
            guard state.end == nil else { return (nil, 0) }
            state.end = result
            defer { state.continuation = nil }
            guard error != nil else { return (state.continuation, 0) }
            defer {
                state.waiting = []
                state.bytes = 0
            }
            return (state.continuation, state.bytes)
        }
        release(bytes)
        continuation?.resume(with: result)
    }

    /// Ends the deliveries and gives those that nobody has taken.
    func takeRest() -> [Delivery] {
        end(nil)
        let (rest, bytes) = state.withLock { state in
            defer {
                state.waiting = []
                state.bytes = 0
            }
            return (state.waiting, state.bytes)
        }
        release(bytes)
        return rest
    }

    private func release(_ bytes: Int) {
        guard bytes > 0, let window, window.window.remove(bytes) else { return }
        window.wakeUp()
    }
}
