import Synchronization

/// The connections that there are now, for operators and for shutting down.
public final class ConnectionRegistry: Sendable {
    private struct State {
        var connections: [UInt64: ConnectionRecord] = [:]
        var nextID: UInt64 = 1
        var isClosed = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// How many connections there are.
    public var count: Int { state.withLock { $0.connections.count } }

    /// All connections, the oldest first.
    public var connections: [ConnectionInformation] {
        state.withLock { Array($0.connections.values) }
            .sorted { $0.id < $1.id }
            .map(\.information)
    }

    /// Closes a connection with `CONNECTION_FORCED` and the reason; `false` if there is none of that identifier.
    @discardableResult
    public func close(_ id: UInt64, reason: String) -> Bool {
        guard let record = state.withLock({ $0.connections[id] }) else { return false }
        record.close(.politely(reason: reason))
        return true
    }
}

extension ConnectionRegistry {
    /// In no particular order.
    var records: [ConnectionRecord] { state.withLock { Array($0.connections.values) } }

    /// Enters a connection; `nil` if there are too many or if the server is closing.
    func admit(_ makeRecord: (UInt64) -> ConnectionRecord) -> ConnectionRecord? {
        state.withLock { state in
            guard !state.isClosed, state.connections.count < limit else { return nil }
            let record = makeRecord(state.nextID)
            state.nextID += 1
            state.connections[record.id] = record
            return record
        }
    }

    func remove(_ id: UInt64) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.connections[id] = nil
            guard state.connections.isEmpty else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Admits nobody from now on and asks all that are there to close.
    func closeAll(_ closing: ConnectionClosing) {
        let records = state.withLock { state in
            state.isClosed = true
            return Array(state.connections.values)
        }
        for record in records { record.close(closing) }
    }

    /// Returns when there is no connection any more.
    func becomeEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.connections.isEmpty { return true }
                state.waiting.append(continuation)
                return false
            }
            if isEmpty { continuation.resume() }
        }
    }
}
