import Leveret
import LeveretCore
import LeveretSimulation

/// Writes a core's batches to a simulated journal, when and as the simulation says.
final class StepwiseJournal: JournalWriting, @unchecked Sendable {
    /// What came of a commit.
    enum Outcome {
        case nothingToDo
        case committed
        /// The disk is full; the batch waits for another try.
        case stalled
        /// The disk is broken, and the core knows.
        case failed
        /// The machine has stopped.
        case crashed
    }

    // Unchecked: a simulation is one thread.
    private let store: SimulatedJournal
    private let ledger: Ledger
    private var batch: JournalBatch?
    private var loads: [SegmentID] = []
    private weak var driver: CoreDriver?
    private var hasStopped = false
    private var isAwaitingSettlements = false

    init(store: SimulatedJournal, ledger: Ledger) {
        self.store = store
        self.ledger = ledger
    }

    var isIdle: Bool { batch == nil }
    var hasWork: Bool { batch != nil || !loads.isEmpty }

    func start(for driver: CoreDriver) { self.driver = driver }

    func submit(_ batch: JournalBatch) {
        guard !hasStopped else { return }
        isAwaitingSettlements = false
        self.batch = batch
        ledger.noteCut(batch)
    }

    func awaitSettlements() { isAwaitingSettlements = true }

    /// The time of a commit is over; `false` if nothing waits for that.
    func letCommitTimePass() -> Bool {
        guard isAwaitingSettlements, let driver else { return false }
        isAwaitingSettlements = false
        driver.settlementsAwaited()
        return true
    }

    func requestLoad(_ segment: SegmentID) { loads.append(segment) }

    func requestCopy(to path: String, completion: @escaping @Sendable ((any Error)?) -> Void) {
        completion(JournalFailure(isRetryable: false, text: "a simulated journal has no directory to copy"))
    }

    func drainAndStop() { stop() }

    /// The machine stops.
    func stop() {
        hasStopped = true
        batch = nil
        loads = []
    }

    /// Tries to write the batch that waits. The ledger hears of it before the core does.
    func commit(_ fault: SimulatedJournal.Fault) throws -> Outcome {
        guard let batch, let driver else { return .nothingToDo }
        let batchesBefore = store.committedBatches
        store.nextFault = fault
        do {
            try store.commit(batch)
            ledger.noteCommit()
            self.batch = nil
            driver.perform { $0.apply(.journalCommitted(batch.position)) }
            return .committed
        } catch let failure as JournalFailure where failure.isRetryable {
            driver.perform { $0.apply(.journalStalled(reason: failure.text)) }
            return .stalled
        } catch let failure as JournalFailure {
            if store.committedBatches > batchesBefore { ledger.noteCommit() }
            driver.perform { $0.apply(.journalFailed(reason: failure.text)) }
            return .failed
        } catch is SimulatedJournal.Crash {
            if store.committedBatches > batchesBefore { ledger.noteCommit() }
            return .crashed
        }
    }

    /// Reads a segment that is asked for; `false` if there is none.
    func load() -> Bool {
        guard !loads.isEmpty, let driver else { return false }
        let segment = loads.removeFirst()
        do {
            let index = try store.loadIndex(segment)
            let restored = try store.restoreSegment(segment) { SegmentMemory(capacity: $0) }
            driver.perform { $0.apply(.segmentLoaded(segment, index: index, restored)) }
        } catch {
            driver.perform { $0.apply(.segmentFailed(segment, reason: "\(error)")) }
        }
        return true
    }
}
