import Synchronization

/// What became of each order of the demonstration. Orders have numbers from 0.
final class DemoLedger: Sendable {
    /// The counts, at one moment.
    struct Counts: Hashable {
        var orders = 0
        var published = 0
        var publishedAgain = 0
        var confirmed = 0
        var delivered = 0
        var redelivered = 0
        var requeued = 0
        var acknowledged = 0
        /// Orders that were handled once more after they had been acknowledged.
        var handledTwice = 0
        /// Orders that were confirmed and never acknowledged.
        var lost = 0
    }

    private struct State {
        var isPublished: [Bool]
        var isConfirmed: [Bool]
        var isAcknowledged: [Bool]
        var counts = Counts()
        var waiting: [Waiting] = []
        var nextWaiting = 0
    }

    private struct Waiting {
        var number: Int
        var condition: @Sendable (Counts) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    private let state: Mutex<State>

    init(orders: Int) {
        let none = [Bool](repeating: false, count: orders)
        var state = State(isPublished: none, isConfirmed: none, isAcknowledged: none)
        state.counts.orders = orders
        self.state = Mutex(state)
    }

    var counts: Counts { state.withLock { $0.counts } }

    /// The orders that the broker has not confirmed.
    var unconfirmed: [Int] { state.withLock { state in state.isConfirmed.indices.filter { !state.isConfirmed[$0] } } }

    func notePublished(_ order: Int) {
        change { state in
            if state.isPublished[order] {
                state.counts.publishedAgain += 1
            } else {
                state.isPublished[order] = true
                state.counts.published += 1
            }
        }
    }

    func noteConfirmed(_ order: Int) {
        change { state in
            guard !state.isConfirmed[order] else { return }
            state.isConfirmed[order] = true
            state.counts.confirmed += 1
            if !state.isAcknowledged[order] { state.counts.lost += 1 }
        }
    }

    /// Gives false for a number that is no order.
    func noteDelivered(_ order: Int, redelivered: Bool) -> Bool {
        change { state in
            guard state.isAcknowledged.indices.contains(order) else { return false }
            state.counts.delivered += 1
            if redelivered { state.counts.redelivered += 1 }
            if state.isAcknowledged[order] { state.counts.handledTwice += 1 }
            return true
        }
    }

    func noteRequeued() { change { $0.counts.requeued += 1 } }

    func noteAcknowledged(_ order: Int) {
        change { state in
            guard !state.isAcknowledged[order] else { return }
            state.isAcknowledged[order] = true
            state.counts.acknowledged += 1
            if state.isConfirmed[order] { state.counts.lost -= 1 }
        }
    }

    /// Waits until the counts fulfil a condition, or the task is cancelled.
    func wait(until condition: @escaping @Sendable (Counts) -> Bool) async {
        let number = state.withLock { state in
            state.nextWaiting += 1
            return state.nextWaiting
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || condition(state.counts) { return true }
                    state.waiting.append(Waiting(number: number, condition: condition, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state -> Waiting? in
                guard let index = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
                return state.waiting.remove(at: index)
            }
            waiting?.continuation.resume()
        }
    }

    @discardableResult
    private func change<Result: Sendable>(_ change: (inout State) -> Result) -> Result {
        let (result, fulfilled) = state.withLock { state -> (Result, [Waiting]) in
            let result = change(&state)
            guard !state.waiting.isEmpty else { return (result, []) }
            let counts = state.counts
            let fulfilled = state.waiting.filter { $0.condition(counts) }
            state.waiting.removeAll { $0.condition(counts) }
            return (result, fulfilled)
        }
        for waiting in fulfilled { waiting.continuation.resume() }
        return result
    }
}
