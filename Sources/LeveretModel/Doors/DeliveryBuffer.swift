import Synchronization

/// The deliveries of a consumer on their way from a door to the task that takes them.
///
/// It grows no further than the door lets it: by the prefetch window, or by what `taken` tells the door.
package final class DeliveryBuffer: Sendable {
    private struct State {
        var deliveries: [Delivery] = []
        /// How many of `deliveries` have been taken.
        var takenCount = 0
        var bytes = 0
        var waiting: CheckedContinuation<Void, Never>?
        var end: Result<Void, any Error>?

        var hasDeliveries: Bool { takenCount < deliveries.count }
    }

    private let state = Mutex(State())
    /// Told how many bytes wait now that did not before.
    private let appended: @Sendable (Int) -> Void
    /// Told how many bytes have been taken, so that as many more may come.
    private let taken: @Sendable (Int) -> Void

    package init(
        appended: @escaping @Sendable (Int) -> Void = { _ in },
        taken: @escaping @Sendable (Int) -> Void
    ) {
        self.appended = appended
        self.taken = taken
    }

    // MARK: The door's side

    /// Lets `add` add deliveries, and give their bytes. To be made known by `wake`.
    ///
    /// What comes after the end, because the broker does not know of it yet, is kept for `takeRest`.
    package func append(_ add: (inout [Delivery]) -> Int) {
        state.withLock { state in
            if case .failure = state.end { return }
            let bytes = add(&state.deliveries)
            state.bytes += bytes
            appended(bytes)
        }
    }

    /// Lets the task go on that waits for what has come.
    package func wake() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.hasDeliveries || state.end != nil else { return nil }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Ends the deliveries, after those that have come; with an error at once.
    package func end(_ error: (any Error)? = nil) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.end == nil else { return nil }
            state.end = error.map { .failure($0) } ?? .success(())
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Ends the deliveries and gives those that nobody has taken.
    package func takeRest() -> [Delivery] {
        end()
        let (rest, bytes) = removeUntaken()
        if bytes > 0 { taken(bytes) }
        return rest
    }

    /// Forgets deliveries that nobody has taken, as they will come again, and gives their bytes.
    package func discardUntaken() -> Int { removeUntaken().bytes }

    private func removeUntaken() -> (deliveries: [Delivery], bytes: Int) {
        state.withLock { state in
            defer {
                state.deliveries = []
                state.takenCount = 0
                state.bytes = 0
            }
            return (Array(state.deliveries[state.takenCount...]), state.bytes)
        }
    }
}

// MARK: - The consumer's side

extension DeliveryBuffer: DeliverySource {
    package func next() async throws -> Delivery? {
        try await take { state in
            let delivery = state.deliveries[state.takenCount]
            state.takenCount += 1
            return delivery
        }
    }

    package func nextBatch() async throws -> [Delivery]? {
        try await take { state in
            let batch = state.takenCount == 0 ? state.deliveries : Array(state.deliveries[state.takenCount...])
            state.takenCount = state.deliveries.count
            return batch
        }
    }

    /// Takes something as soon as there is anything; `nil` at the end.
    private func take<Taken: Sendable>(_ take: @Sendable (inout State) -> Taken) async throws -> Taken? {
        while true {
            if Task.isCancelled { end() }
            let (result, bytes) = state.withLock { state in DeliveryBuffer.attempt(&state, take) }
            if bytes > 0 { taken(bytes) }
            if let result { return try result.get() }
            await waitForMore()
        }
    }

    /// `nil` if there is nothing yet. The bytes are given up when the last delivery has been taken.
    private static func attempt<Taken>(
        _ state: inout State,
        _ take: (inout State) -> Taken
    ) -> (result: Result<Taken?, any Error>?, bytes: Int) {
        if case .failure(let error) = state.end { return (.failure(error), 0) }
        guard state.hasDeliveries, !Task.isCancelled else {
            return (state.end == nil ? nil : .success(nil), 0)
        }
        let taken = take(&state)
        guard !state.hasDeliveries else { return (.success(taken), 0) }
        let bytes = state.bytes
        state.deliveries.removeAll(keepingCapacity: true)
        state.takenCount = 0
        state.bytes = 0
        return (.success(taken), bytes)
    }

    private func waitForMore() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGoOn = state.withLock { state -> Bool in
                    guard !state.hasDeliveries, state.end == nil else { return true }
                    state.waiting = continuation
                    return false
                }
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            end()
        }
    }
}
