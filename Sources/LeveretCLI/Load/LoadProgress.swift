import Synchronization

/// What the threads of a load run tell each other. Figures are added per batch, not per message.
final class LoadProgress: Sendable {
    private let sentCount = Atomic<UInt64>(0)
    private let confirmedCount = Atomic<UInt64>(0)
    private let refusedCount = Atomic<UInt64>(0)
    private let receivedCount = Atomic<UInt64>(0)
    private let expectedCount = Atomic<UInt64>(.max)
    private let workingCount = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    private let interrupted = Atomic<Bool>(false)
    private let firstFailure = Mutex<LoadFailure?>(nil)

    var sent: UInt64 { sentCount.load(ordering: .relaxed) }
    var confirmed: UInt64 { confirmedCount.load(ordering: .relaxed) }
    var refused: UInt64 { refusedCount.load(ordering: .relaxed) }
    var received: UInt64 { receivedCount.load(ordering: .relaxed) }

    /// How many deliveries there will be; `nil` as long as that is not known.
    var expected: UInt64? {
        let count = expectedCount.load(ordering: .relaxed)
        return count == .max ? nil : count
    }

    /// Whether everything that will come has come.
    var isComplete: Bool { received >= expectedCount.load(ordering: .relaxed) }

    /// Whether a thread is still at work.
    var isWorking: Bool { workingCount.load(ordering: .acquiring) > 0 }

    /// Whether the threads are to end early.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// The failure that came first.
    var failure: LoadFailure? { firstFailure.withLock { $0 } }

    func addSent(_ count: UInt64) { sentCount.add(count, ordering: .relaxed) }

    func addAnswered(confirmed: UInt64, refused: UInt64) {
        confirmedCount.add(confirmed, ordering: .relaxed)
        refusedCount.add(refused, ordering: .relaxed)
    }

    func addReceived(_ count: UInt64) { receivedCount.add(count, ordering: .relaxed) }

    func expect(_ count: UInt64) { expectedCount.store(count, ordering: .relaxed) }

    /// So many more threads are at work.
    func beginWork(_ threads: Int) { workingCount.add(threads, ordering: .relaxed) }

    /// One of them has ended.
    func endWork() { workingCount.subtract(1, ordering: .releasing) }

    /// Whether the person at the keyboard has ended the run, so that what is missing is not lost.
    var isInterrupted: Bool { interrupted.load(ordering: .relaxed) }

    func interrupt() {
        interrupted.store(true, ordering: .relaxed)
        stop()
    }

    func stop() { stopping.store(true, ordering: .relaxed) }

    func fail(_ failure: LoadFailure) {
        firstFailure.withLock { if $0 == nil { $0 = failure } }
        stop()
    }
}
