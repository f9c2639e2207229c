/// Several load runs on one broker at the same time.
struct MixRun {
    let plans: [LoadPlan]
    /// One for each plan.
    let progresses: [LoadProgress]
    let brokerProcess: Int32?

    init(plans: [LoadPlan], brokerProcess: Int32?) {
        self.plans = plans
        self.brokerProcess = brokerProcess
        progresses = plans.map { _ in LoadProgress() }
    }

    func interrupt() { progresses.forEach { $0.interrupt() } }

    /// Throws the first run's failure, or `SystemError` if the broker's process cannot be looked at.
    func execute() throws -> MixResult {
        let startLine = StartLine(runs: plans.count)
        let runs = zip(plans, progresses).map { plan, progress in
            LoadRun(plan: plan, progress: progress, brokerProcess: nil, startLine: startLine)
        }
        brokerProcess.map(ProcessFigures.resetPeak(ofProcess:))
        let before = try brokerProcess.map(ProcessFigures.init(process:))
        let outcomes = runs.map { _ in RunOutcome() }
        let threads = try zip(runs, outcomes).map { run, outcome in
            try NativeThread.start { outcome.result = Result { try run.execute() } }
        }
        threads.forEach { $0.join() }
        let after = try brokerProcess.map(ProcessFigures.init(process:))
        let share = before.flatMap { before in after.map { LoadResult.BrokerShare(before, $0) } }
        return MixResult(results: try outcomes.compactMap { try $0.result?.get() }, broker: share)
    }
}

/// Where a thread leaves what its run has come to.
private final class RunOutcome: @unchecked Sendable {
    // Unchecked: written by one thread, read after that is joined.
    var result: Result<LoadResult, any Error>?
}
