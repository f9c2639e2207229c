import LeveretCore

/// Those who wait until a position of the journal is on disk.
struct DurabilityWaits {
    typealias Continuation = CheckedContinuation<Void, any Error>
    typealias Answer = (waiting: Continuation, result: Result<Void, any Error>)

    private var waits: [(position: JournalPosition, waiting: Continuation)] = []

    mutating func add(_ waiting: Continuation, until position: JournalPosition) {
        waits.append((position, waiting))
    }

    /// Takes those whose position is reached; all of them if the journal has failed.
    mutating func take(through position: JournalPosition, failure: String?) -> [Answer] {
        guard !waits.isEmpty else { return [] }
        if let failure { return takeAll(BrokerError(.journalFailed, failure)) }
        let reached = waits.filter { $0.position <= position }
        waits.removeAll { $0.position <= position }
        return reached.map { ($0.waiting, .success(())) }
    }

    mutating func takeAll(_ error: BrokerError) -> [Answer] {
        defer { waits = [] }
        return waits.map { ($0.waiting, .failure(error)) }
    }
}
