/// When the messages of one producer are due. With a rate it is an open loop: a message's latency counts from the
/// moment at which it was due, also when the broker held the producer back.
struct PublishSchedule {
    private let end: UInt64?
    private let count: UInt64?
    private let pace: Pace?

    init(_ plan: LoadPlan, producer: Int, start: UInt64) {
        count = plan.share(ofProducer: producer)
        pace = plan.rate.map { Pace(perSecond: $0 / Double(plan.producers), from: start) }
        if case .seconds(let seconds) = plan.limit {
            end = start + UInt64(seconds * 1_000_000_000)
        } else {
            end = nil
        }
    }

    /// How many messages may be sent now; `nil` if there are no more to send.
    func due(at now: UInt64, sent: UInt64) -> UInt64? {
        if let end, now >= end { return nil }
        let left = count.map { $0 - sent } ?? .max
        guard left > 0 else { return nil }
        guard let pace else { return left }
        let due = pace.due(at: now)
        return due > sent ? min(due - sent, left) : 0
    }

    /// The moment from which a message's latency counts.
    func moment(of sequence: UInt64, now: UInt64) -> UInt64 { pace?.moment(of: sequence) ?? now }

    /// When to look again after nothing was due: when the next message is, but not within 100 microseconds after the
    /// last one was sent, so that the generator does not take the processor from the broker. Confirms that come in
    /// between must not put it off.
    func wakeTime(sent: UInt64, lastSentAt: UInt64) -> UInt64 {
        let next = max(moment(of: sent, now: lastSentAt), lastSentAt + 100_000)
        return min(next, end ?? .max)
    }
}
