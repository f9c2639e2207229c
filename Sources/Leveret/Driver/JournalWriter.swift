import LeveretCore

/// The journal's thread: commits one batch at a time and reads segments back.
///
/// Group commit is natural: what gathers while one batch is committed is the next one. Only what is settled soon may be
/// given time for that (`awaitSettlements`).
final class JournalWriter: JournalWriting, Sendable {
    private struct Inbox {
        var batch: JournalBatch?
        var isCommitting = false
        /// Whether messages wait for being settled, and the thread has to look how long.
        var isAwaitingSettlements = false
        var hasBegunAwaiting = false
        var loads: [SegmentID] = []
        var isStopping = false
        /// Whether the store has something to do that can wait.
        var isUntidy = false
        /// Whether nothing else was to do since the last step of that.
        var isQuiet = false
        var copies: [CopyOrder] = []
        var hasEnded = false
    }

    /// What only the thread itself uses.
    private struct Own {
        var commitTime = CommitTime()
        var readingMemory = ReadingMemory()
    }

    private enum Work {
        case commit(JournalBatch)
        case awaitSettlements
        case load(SegmentID)
        case copy
        case tidy
        case stop
    }

    /// How long to wait before a batch is tried again that the disk had no room for.
    private static let retryAfter = Duration.milliseconds(500)
    /// How long other work has the thread between two steps of what can wait.
    private static let tidyingPause = Duration.milliseconds(20)
    private let store: any JournalStore
    private let thread = WorkerThread(inbox: Inbox())

    init(store: any JournalStore) { self.store = store }

    /// Whether a batch may be submitted.
    var isIdle: Bool { thread.inspect { $0.batch == nil && !$0.isCommitting } }

    func submit(_ batch: JournalBatch) {
        thread.update { inbox in
            inbox.batch = batch
            inbox.isAwaitingSettlements = false
        }
    }

    func awaitSettlements() {
        thread.update { inbox in
            inbox.isAwaitingSettlements = true
            inbox.hasBegunAwaiting = true
        }
    }

    func requestLoad(_ segment: SegmentID) {
        thread.update { $0.loads.append(segment) }
    }

    /// Copies the store into a new directory while commits go on. Tells when the copy is complete, or why there is
    /// none.
    func requestCopy(to path: String, completion: @escaping @Sendable ((any Error)?) -> Void) {
        let order = CopyOrder(path: path, completion: completion)
        let isTaken = thread.update { inbox in
            if !inbox.hasEnded { inbox.copies.append(order) }
            return !inbox.hasEnded
        }
        if !isTaken { order.completion(JournalWriter.hasEnded) }
    }

    func start(for driver: CoreDriver) {
        thread.start { [self] in run(driver) }
    }

    /// Commits what is left, ends the thread and closes the store.
    func drainAndStop() {
        thread.update { $0.isStopping = true }
        thread.join()
        store.close()
    }

    private func run(_ driver: CoreDriver) {
        defer { refuseCopies() }
        var own = Own()
        // When what waits for being settled has waited as long as a commit takes.
        var lookAt: ContinuousClock.Instant?
        // When the next step of tidying may be taken although there is other work; nil if now.
        var tidyAt: ContinuousClock.Instant?
        while true {
            let now = ContinuousClock.now
            if let look = lookAt, look <= now {
                lookAt = nil
                endAwaiting(driver)
                continue
            }
            if let tidy = tidyAt, tidy <= now { tidyAt = nil }
            let mayTidy = tidyAt == nil
            let left = [lookAt, tidyAt].compactMap(\.self).min().map { now.duration(to: $0) }
            switch thread.wait(left, until: { JournalWriter.take(&$0, mayTidy: mayTidy) }) {
            case nil: continue
            case .awaitSettlements: lookAt = .now.advanced(by: own.commitTime.typical)
            case .commit(let batch):
                lookAt = nil
                guard commit(batch, driver, &own) else { return }
            case .load(let segment): load(segment, driver, in: &own.readingMemory)
            case .copy: stepCopy()
            case .tidy:
                guard tidy(isIdle: true, driver) else { return }
                tidyAt = .now.advanced(by: JournalWriter.tidyingPause)
            case .stop: return
            }
        }
    }

    private static func take(_ inbox: inout Inbox, mayTidy: Bool) -> Work? {
        if !inbox.loads.isEmpty {
            inbox.isQuiet = false
            return .load(inbox.loads.removeFirst())
        }
        if let batch = inbox.batch {
            inbox.batch = nil
            inbox.isCommitting = true
            inbox.isQuiet = false
            return .commit(batch)
        }
        if inbox.isStopping { return .stop }
        if inbox.hasBegunAwaiting {
            inbox.hasBegunAwaiting = false
            return .awaitSettlements
        }
        if !inbox.copies.isEmpty { return .copy }
        // Tidying takes long: not while messages wait.
        if inbox.isAwaitingSettlements { return nil }
        guard inbox.isUntidy, mayTidy || inbox.isQuiet else { return nil }
        inbox.isQuiet = true
        return .tidy
    }

    private func endAwaiting(_ driver: CoreDriver) {
        let isStillAwaited = thread.inspect { inbox in
            defer { inbox.isAwaitingSettlements = false }
            return inbox.isAwaitingSettlements
        }
        if isStillAwaited { driver.settlementsAwaited() }
    }

    /// `false` if the journal has failed for good.
    private func tidy(isIdle: Bool, _ driver: CoreDriver) -> Bool {
        do {
            let isUntidy = try store.tidy(isIdle: isIdle)
            thread.update { $0.isUntidy = isUntidy }
            return true
        } catch {
            driver.perform { $0.apply(.journalFailed(reason: "\(error)")) }
            return false
        }
    }

    /// Commits a batch, again and again while the disk has no room. `false` if the journal has failed for good.
    private func commit(_ batch: JournalBatch, _ driver: CoreDriver, _ own: inout Own) -> Bool {
        while true {
            do {
                try own.commitTime.measure { try store.commit(batch) }
                thread.update { $0.isCommitting = false }
                driver.perform { $0.apply(.journalCommitted(batch.position)) }
                // A copy gets on however busy the journal is.
                stepCopy()
                return tidy(isIdle: false, driver)
            } catch let failure as JournalFailure where failure.isRetryable {
                driver.perform { $0.apply(.journalStalled(reason: failure.text)) }
                if isToldToStop(within: JournalWriter.retryAfter, driver, &own) { return false }
            } catch {
                driver.perform { $0.apply(.journalFailed(reason: "\(error)")) }
                return false
            }
        }
    }

    /// Waits before the next try; meanwhile consumers get their segments.
    private func isToldToStop(within time: Duration, _ driver: CoreDriver, _ own: inout Own) -> Bool {
        let work = thread.wait(time) { inbox -> Work? in
            if !inbox.loads.isEmpty { return .load(inbox.loads.removeFirst()) }
            return inbox.isStopping ? .stop : nil
        }
        switch work {
        case .load(let segment):
            load(segment, driver, in: &own.readingMemory)
            return false
        case .stop: return true
        case .commit, .awaitSettlements, .copy, .tidy, nil: return false
        }
    }

    private func load(_ segment: SegmentID, _ driver: CoreDriver, in memory: inout ReadingMemory) {
        do {
            let index = try store.loadIndex(segment)
            let restored = try store.restoreSegment(segment) { memory.take($0) }
            driver.perform { $0.apply(.segmentLoaded(segment, index: index, restored)) }
        } catch {
            driver.perform { $0.apply(.segmentFailed(segment, reason: "\(error)")) }
        }
    }

    // MARK: Copying

    private static let hasEnded = JournalFailure(isRetryable: false, text: "the broker has been shut down")

    private func stepCopy() {
        guard let order = thread.inspect({ $0.copies.first }) else { return }
        do {
            let copy = try order.copy ?? store.copy(to: order.path)
            order.copy = copy
            guard try !copy.step() else { return }
            thread.update { _ = $0.copies.removeFirst() }
            order.completion(nil)
        } catch {
            order.copy = nil
            thread.update { _ = $0.copies.removeFirst() }
            order.completion(error)
        }
    }

    /// The thread ends: what is not complete never will be.
    private func refuseCopies() {
        let orders = thread.update { inbox in
            defer { inbox.copies = [] }
            inbox.hasEnded = true
            return inbox.copies
        }
        for order in orders {
            order.copy = nil
            order.completion(JournalWriter.hasEnded)
        }
    }
}

/// A copy that somebody waits for.
private final class CopyOrder: @unchecked Sendable {
    // Unchecked: `copy` is touched only by the journal's thread.
    let path: String
    let completion: @Sendable ((any Error)?) -> Void
    var copy: (any JournalCopy)?

    init(path: String, completion: @escaping @Sendable ((any Error)?) -> Void) {
        self.path = path
        self.completion = completion
    }
}
