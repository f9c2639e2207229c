/// How far a run has come at one moment, and what it has cost until then.
struct LoadSnapshot {
    let time: UInt64
    let sent: UInt64
    let received: UInt64
    let generatorMicroseconds: UInt64
    let broker: ProcessFigures?

    /// Throws if the broker's process cannot be looked at.
    init(_ progress: LoadProgress, brokerProcess: Int32?) throws {
        time = MonotonicClock.now()
        sent = progress.sent
        received = progress.received
        generatorMicroseconds = ProcessFigures.ownProcessorMicroseconds()
        broker = try brokerProcess.map(ProcessFigures.init(process:))
    }
}
