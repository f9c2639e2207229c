import LeveretCore

/// What the driver's lock guards: the core and the way from its effects to the sinks.
struct DriverState: ~Copyable {
    /// What is to be done once the lock is released.
    struct Outcome {
        var woken: [any SessionSink] = []
        var failure: String?
        var durable: [DurabilityWaits.Answer] = []
        /// Sessions that waited for the journal and need not any more.
        var caughtUp: [any SessionSink] = []
    }

    /// What the core asks the driver for.
    struct Requests {
        /// Segments that are to be read back from the journal.
        var segments: [SegmentID] = []
        /// When it wants to be called.
        var wakeAt: BrokerTime?

        var isEmpty: Bool { segments.isEmpty && wakeAt == nil }
    }

    /// Where effects go.
    private struct Receiver {
        let sink: any SessionSink
        /// The last turn of the driver in which it got any.
        var wokenIn: UInt64 = 0
    }

    var core: BrokerCore
    private var sinks: [SessionID: Receiver] = [:]
    var durabilityWaits = DurabilityWaits()
    private var effects = Effects()
    private var woken: [any SessionSink] = []
    private var waitingForJournal: Set<SessionID> = []
    /// Bytes that sessions have published since the journal fell behind.
    private var publishedWhileBehind: [SessionID: Int] = [:]
    /// What each may publish meanwhile, so that those wait who are the reason, and not who publishes now and then.
    private static let shareWhileBehind = 128 << 10
    private var requests = Requests()
    /// Counts from `begin` to `finish`, as far as sinks were woken.
    private var turn: UInt64 = 1
    private var now = BrokerTime(milliseconds: 0)
    private var hasReportedFailure = false
    /// Whether the journal has been asked to let messages wait for being settled.
    var isAwaitingSettlements = false

    init(core: consuming BrokerCore) {
        self.core = core
    }

    mutating func begin(at time: BrokerTime) {
        now = max(now, time)
    }

    /// The sinks that have received effects since `begin`, and the failure of the journal if it is news.
    mutating func finish(reportingTo metrics: BrokerMetrics) -> Outcome {
        metrics.report(core.counters)
        var outcome = Outcome()
        if !hasReportedFailure, let failure = core.failure {
            hasReportedFailure = true
            outcome.failure = failure
        }
        if !publishedWhileBehind.isEmpty, core.hasJournalCaughtUp {
            outcome.caughtUp = waitingForJournal.compactMap { sinks[$0]?.sink }
            waitingForJournal.removeAll()
            publishedWhileBehind.removeAll()
        }
        outcome.durable = durabilityWaits.take(through: core.committedPosition, failure: core.failure)
        guard !woken.isEmpty else { return outcome }
        turn += 1
        swap(&outcome.woken, &woken)
        return outcome
    }

    var sinkCount: Int { sinks.count }

    mutating func addSink(_ sink: any SessionSink, of session: SessionID) {
        sinks[session] = Receiver(sink: sink)
    }

    mutating func removeSink(of session: SessionID) {
        sinks[session] = nil
        waitingForJournal.remove(session)
        publishedWhileBehind[session] = nil
    }

    /// Whether the session should publish no more for now; then its sink hears when it may.
    mutating func mustWaitForJournal(_ session: SessionID, afterPublishing bytes: () -> Int) -> Bool {
        guard core.isJournalBehind else { return false }
        publishedWhileBehind[session, default: 0] += bytes()
        guard publishedWhileBehind[session, default: 0] > DriverState.shareWhileBehind else { return false }
        waitingForJournal.insert(session)
        return true
    }

    /// Applies a command. Gives what the core asks for.
    mutating func apply(_ command: Command) -> Requests {
        core.apply(command, at: now, into: &effects)
        return dispatchEffects()
    }

    /// Applies an operator's change, which may depend on what there is. Gives when the change is durable, or why it
    /// is refused, and what the core asks for.
    mutating func define(
        _ change: (borrowing BrokerCore) throws(DefinitionError) -> DefinitionChange
    ) -> (Result<JournalPosition, DefinitionError>, Requests) {
        let result: Result<JournalPosition, DefinitionError>
        do throws(DefinitionError) {
            result = .success(try core.define(try change(core), at: now, into: &effects))
        } catch {
            result = .failure(error)
        }
        return (result, dispatchEffects())
    }

    private mutating func dispatchEffects() -> Requests {
        guard !effects.isEmpty else { return Requests() }
        var list = Effects()
        swap(&list, &effects)
        list.list.withUnsafeBufferPointer { dispatch($0, in: list.runs) }
        list.removeAll()
        swap(&list, &effects)
        guard !requests.isEmpty else { return Requests() }
        defer { requests = Requests() }
        return requests
    }

    /// Hands effects on in runs of one session, so that a sink is called once per run.
    private mutating func dispatch(_ list: UnsafeBufferPointer<Effect>, in runs: [Effects.Run]) {
        var start = 0
        for run in runs {
            let effects = UnsafeBufferPointer(rebasing: list[start..<run.end])
            if let session = run.session { deliver(effects, to: session) } else { note(effects) }
            start = run.end
        }
    }

    private mutating func note(_ effects: UnsafeBufferPointer<Effect>) {
        for effect in effects {
            switch effect {
            case .loadSegment(let segment): requests.segments.append(segment)
            case .wake(let time): requests.wakeAt = time
            default: break
            }
        }
    }

    private mutating func deliver(_ run: UnsafeBufferPointer<Effect>, to session: SessionID) {
        guard let place = sinks.index(forKey: session) else { return }
        let sink = sinks.values[place].sink
        sink.receive(run)
        guard sinks.values[place].wokenIn != turn else { return }
        sinks.values[place].wokenIn = turn
        woken.append(sink)
    }
}
