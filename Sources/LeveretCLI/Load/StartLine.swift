import Synchronization

/// Where runs wait until all that are to begin together have made what they need.
final class StartLine: Sendable {
    private let missing: Atomic<Int>
    private let arrived = Mutex<Set<ObjectIdentifier>>([])

    init(runs: Int) { missing = Atomic(runs) }

    /// Blocks until all runs have arrived or left.
    func arrive(_ run: LoadProgress) {
        note(run)
        while missing.load(ordering: .acquiring) > 0 { MonotonicClock.wait(until: MonotonicClock.now() + 1_000_000) }
    }

    /// Lets the others begin without a run that has failed before; nothing if it has arrived.
    func leave(_ run: LoadProgress) { note(run) }

    private func note(_ run: LoadProgress) {
        let isNew = arrived.withLock { $0.insert(ObjectIdentifier(run)).inserted }
        if isNew { missing.subtract(1, ordering: .acquiringAndReleasing) }
    }
}
