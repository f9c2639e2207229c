/// Whether the next messages of a durable queue will probably be settled about as soon as a commit could write them, as
/// its last ones were. Then it saves a write to wait a little; see `Docs/Decisions/0010-what-is-settled-soon-is-not-written.md`.
///
/// It counts by rounds of the journal, so that it asks for no time. What it has seen in a round fades with each round in
/// which the queue is used.
struct SettlementForecast {
    /// Whether messages may wait for being settled.
    private(set) var isHopeful = false
    private var round: UInt64 = 0
    private var arrived: Float = 0
    private var settledInTime: Float = 0
    private var arrivedInRound: Float = 0
    private var settledInRound: Float = 0

    /// What is left of a round after the next.
    private static let memory: Float = 0.875
    /// The share of messages that must have been settled in time for hope to begin, and to go on.
    private static let shareToBegin: Float = 0.75
    private static let shareToGoOn: Float = 0.5
    /// A queue that has failed a hope counts as one that has had so many times its messages: it hopes again after about
    /// twenty rounds in which all goes well.
    private static let disappointment: Float = 4
    /// How much must have been seen before the first hope, in messages: those of a round in which one comes count for
    /// eight in the long run.
    private static let leastSeen: Float = 4

    mutating func noteArrival(in round: UInt64) {
        if round != self.round { begin(round) }
        arrivedInRound += 1
    }

    /// A message was settled while its batch was being written, or as soon as it had been. Those that were not even cut
    /// are all that counts for who hopes.
    mutating func noteSettlement(beforeCut isBeforeCut: Bool, in round: UInt64) {
        if round != self.round { begin(round) }
        if isBeforeCut || !isHopeful { settledInRound += 1 }
    }

    private mutating func begin(_ round: UInt64) {
        self.round = round
        arrived = arrived * Self.memory + arrivedInRound
        settledInTime = min(arrived, settledInTime * Self.memory + settledInRound)
        (arrivedInRound, settledInRound) = (0, 0)
        if isHopeful {
            guard settledInTime < arrived * Self.shareToGoOn else { return }
            isHopeful = false
            arrived *= Self.disappointment
            settledInTime = 0
        } else {
            isHopeful = arrived >= Self.leastSeen && settledInTime >= arrived * Self.shareToBegin
        }
    }
}
