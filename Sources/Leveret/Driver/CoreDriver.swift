package import LeveretCore
import Synchronization

/// Runs one broker core: takes commands from any thread, hands effects to the sessions' sinks, feeds the journal.
///
/// The core runs on whichever thread brings a command, under one lock (`Docs/Decisions/0001-core-under-a-lock.md`).
/// Commands that belong together are applied under one locking.
package final class CoreDriver: @unchecked Sendable {
    // Unchecked: everything that changes is in `state`, which is touched only with `lock` held.
    private let lock = CoreLock()
    private var state: DriverState
    private var isDraining = false
    private var isShutDown = false
    private let clock: BrokerClock
    private let nextSession = Atomic<UInt64>(1)
    private let journalWriter: (any JournalWriting)?
    private let timer: any WakeTiming
    private let metrics: BrokerMetrics
    private let onFailure: @Sendable (String) -> Void
    /// Bytes that the core delivers to a session before it waits for the client to take some.
    package let outboundWindow: Int

    /// Starts a core on what `store` holds, with threads of its own; without a store everything is in memory.
    /// `onFailure` is called once, if the journal fails for good.
    package convenience init(
        store: (any JournalStore)?,
        recovered: consuming RecoveredState,
        limits: CoreLimits,
        seed: UInt64,
        clock: BrokerClock,
        metrics: BrokerMetrics,
        onFailure: @escaping @Sendable (String) -> Void
    ) {
        self.init(
            journal: store.map { JournalWriter(store: $0) },
            timer: WakeTimer(clock: clock),
            recovered: recovered,
            limits: limits,
            seed: seed,
            clock: clock,
            metrics: metrics,
            onFailure: onFailure
        )
    }

    /// Starts a core whose journal and timer are somebody's; without a journal everything is in memory.
    package init(
        journal: (any JournalWriting)?,
        timer: any WakeTiming,
        recovered: consuming RecoveredState,
        limits: CoreLimits,
        seed: UInt64,
        clock: BrokerClock,
        metrics: BrokerMetrics,
        onFailure: @escaping @Sendable (String) -> Void
    ) {
        let core = BrokerCore(recovering: recovered, limits: limits, isDurable: journal != nil, seed: seed)
        state = DriverState(core: core)
        self.clock = clock
        self.metrics = metrics
        self.onFailure = onFailure
        self.timer = timer
        journalWriter = journal
        outboundWindow = limits.outboundWindow
    }

    /// Starts journal and timer, and the core's time. To be called once, before the first command.
    package func start() {
        journalWriter?.start(for: self)
        timer.start(for: self)
        perform { $0.apply(.tick) }
    }

    /// A number for a new session, whose effects go to the sink. The session is then to be opened by a command.
    package func register(_ sink: any SessionSink) -> SessionID {
        let session = SessionID(rawValue: nextSession.wrappingAdd(1, ordering: .relaxed).oldValue)
        lock.withLock { state.addSink(sink, of: session) }
        return session
    }

    /// Forgets where a session's effects go. The session must have been closed, or never opened.
    package func unregister(_ session: SessionID) {
        lock.withLock { state.removeSink(of: session) }
    }

    /// How many sessions have a sink.
    package var sinkCount: Int { lock.withLock { state.sinkCount } }

    /// Applies commands under one locking; sinks are woken afterwards.
    ///
    /// Not to be inlined, on which the optimizer of Swift 6.3.1 breaks in asynchronous functions.
    @inline(never)
    package func perform(_ commands: (borrowing CommandPort) -> Void) {
        let outcome = lock.withLock {
            state.begin(at: clock.now())
            commands(CommandPort(driver: self))
            feedJournal()
            return state.finish(reportingTo: metrics)
        }
        handOn(outcome)
    }

    /// With the lock released: tells everybody what has come of it.
    private func handOn(_ outcome: DriverState.Outcome) {
        for sink in outcome.woken { sink.wake() }
        for sink in outcome.caughtUp { sink.journalCaughtUp() }
        for answer in outcome.durable { answer.waiting.resume(with: answer.result) }
        if let failure = outcome.failure { onFailure(failure) }
    }

    /// Reads from the core under the lock.
    package func inspect<Result>(_ read: (borrowing BrokerCore) -> Result) -> Result {
        lock.withLock { read(state.core) }
    }

    /// Closes what sessions there are: their clients are told why.
    package func closeAllSessions(reason: String) {
        let sessions = inspect { $0.sessionIDs }
        perform { port in
            for session in sessions { port.apply(.forceClose(session, reason: reason)) }
        }
    }

    /// Copies what is committed into a new data directory; see `JournalWriting.requestCopy`. `false` without a journal.
    package func copyJournal(to path: String, completion: @escaping @Sendable ((any Error)?) -> Void) -> Bool {
        guard let journalWriter else { return false }
        journalWriter.requestCopy(to: path, completion: completion)
        return true
    }

    /// Commits what there is to commit, ends the threads and closes the journal.
    package func shutDown() {
        timer.stop()
        lock.withLock {
            state.core.retractDeliveryMarks()
            isDraining = true
            feedJournal()
        }
        journalWriter?.drainAndStop()
        let left = lock.withLock {
            isShutDown = true
            return state.durabilityWaits.takeAll(Self.endedEarly)
        }
        for answer in left { answer.waiting.resume(with: answer.result) }
    }

    private static let endedEarly = BrokerError(.shutDown, "the broker was shut down before this was on disk")

    /// With the lock held: applies one command and hands out its effects.
    fileprivate func apply(_ command: Command) {
        fulfil(state.apply(command))
    }

    private func fulfil(_ requests: DriverState.Requests) {
        for segment in requests.segments { journalWriter?.requestLoad(segment) }
        if let time = requests.wakeAt { timer.schedule(time) }
    }

    /// With the lock held: see `CommandPort.mustWaitForJournal`.
    fileprivate func mustWaitForJournal(_ session: SessionID, afterPublishing bytes: () -> Int) -> Bool {
        state.mustWaitForJournal(session, afterPublishing: bytes)
    }

    /// With the lock held: gives the journal its next batch if it is idle, unless what there is may wait.
    private func feedJournal() {
        guard let journalWriter, journalWriter.isIdle else { return }
        guard state.core.mayJournalWait, !isDraining else { return submitBatch(to: journalWriter) }
        guard !state.isAwaitingSettlements else { return }
        state.isAwaitingSettlements = true
        journalWriter.awaitSettlements()
    }

    private func submitBatch(to journalWriter: any JournalWriting) {
        guard let batch = state.core.cutJournalBatch() else { return }
        state.isAwaitingSettlements = false
        journalWriter.submit(batch)
    }

    /// For the journal: messages have waited for being settled for as long as a commit takes.
    package func settlementsAwaited() {
        let outcome = lock.withLock {
            state.begin(at: clock.now())
            state.isAwaitingSettlements = false
            if state.core.lookForSettled(), let journalWriter, journalWriter.isIdle { submitBatch(to: journalWriter) }
            feedJournal()
            return state.finish(reportingTo: metrics)
        }
        handOn(outcome)
    }
}

// MARK: - Definitions

extension CoreDriver {
    /// Applies an operator's change, which `change` makes of what there is, under one locking.
    ///
    /// - Returns: when the change is durable.
    /// - Throws: why it is refused; then nothing has changed.
    package func define(
        _ change: (borrowing BrokerCore) throws(DefinitionError) -> DefinitionChange
    ) throws(DefinitionError) -> JournalPosition {
        let (result, outcome) = lock.withLock { () -> (Result<JournalPosition, DefinitionError>, DriverState.Outcome) in
            state.begin(at: clock.now())
            let (result, requests) = state.define(change)
            fulfil(requests)
            feedJournal()
            return (result, state.finish(reportingTo: metrics))
        }
        handOn(outcome)
        return try result.get()
    }

    /// Drops a delayed message.
    ///
    /// - Returns: when that is durable; `nil` if there is no such message.
    package func cancelDelayed(_ number: UInt64, in queue: String, of virtualHost: String) -> JournalPosition? {
        let (position, outcome) = lock.withLock { () -> (JournalPosition?, DriverState.Outcome) in
            state.begin(at: clock.now())
            var position: JournalPosition?
            if state.core.hasDelayedMessage(number, in: queue, of: virtualHost) {
                position = state.core.positionOfChanges
                fulfil(state.apply(.cancelDelayed(virtualHost: virtualHost, queue: queue, number: number)))
                feedJournal()
            }
            return (position, state.finish(reportingTo: metrics))
        }
        handOn(outcome)
        return position
    }

    /// Returns when everything up to the position is on disk.
    ///
    /// - Throws: `BrokerError` if the journal fails, or the broker is shut down, before that.
    package func waitUntilDurable(_ position: JournalPosition) async throws {
        try await withCheckedThrowingContinuation { (continuation: DurabilityWaits.Continuation) in
            let result = lock.withLock { () -> Result<Void, any Error>? in
                if position <= state.core.committedPosition { return .success(()) }
                if isShutDown { return .failure(Self.endedEarly) }
                if let failure = state.core.failure { return .failure(BrokerError(.journalFailed, failure)) }
                state.durabilityWaits.add(continuation, until: position)
                return nil
            }
            if let result { continuation.resume(with: result) }
        }
    }
}

/// The way to the core while it is locked for a group of commands.
package struct CommandPort: ~Copyable {
    private let driver: CoreDriver

    fileprivate init(driver: CoreDriver) { self.driver = driver }

    /// Applies a command; its effects have reached the sinks when this returns, but the sinks are not woken yet.
    package func apply(_ command: Command) { driver.apply(command) }

    /// Whether so much waits for the journal that the session, which has just published so many bytes, should publish
    /// no more until its sink hears that the journal has caught up. A session that publishes little need not wait.
    package func mustWaitForJournal(_ session: SessionID, afterPublishing bytes: () -> Int) -> Bool {
        driver.mustWaitForJournal(session, afterPublishing: bytes)
    }
}
