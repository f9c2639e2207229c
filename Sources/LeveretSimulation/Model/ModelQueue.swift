import LeveretCore
import LeveretModel

/// A queue: a list of entries in the order in which they came, and nothing clever.
final class ModelQueue {
    var name: String
    let options: QueueOptions
    let rules: ModelQueueRules
    let owner: SessionID?
    /// Unsettled entries, oldest first. Requeueing is nothing but a change of an entry's place.
    var entries: [ModelEntry] = []
    var consumers: [ModelConsumer] = []
    var hadConsumer = false
    /// Number of the batch that carries the declaration, if the queue is durable.
    var batch = 0
    /// Since when nobody has used it; `nil` until the first command after a recovery.
    var unusedSince: UInt64?
    var window = ModelWindow()
    /// Entries before which others were delivered in one step.
    private(set) var passedOver: [ModelEntry] = []
    private var departures = 0
    private var departuresIn = 0
    /// When the first delay ended that ended in a step.
    private var firstEndedDelay: UInt64 = 0
    private var endedDelayIn = 0

    init(name: String, options: QueueOptions, owner: SessionID?) {
        self.name = name
        self.options = options
        rules = ModelQueueRules(options.arguments)
        self.owner = owner
    }

    /// An exclusive queue goes with its session and is therefore never durable.
    var isDurable: Bool { options.durable && !options.exclusive }
    var ready: [ModelEntry] { entries.filter(\.isReady) }
    /// The highest priority first, the oldest first within one.
    var readyInOrder: [ModelEntry] {
        let ready = ready
        guard rules.maxPriority > 0 else { return ready }
        return Set(ready.map(\.priority)).sorted(by: >).flatMap { priority in ready.filter { $0.priority == priority } }
    }
    var firstReady: ModelEntry? { rules.maxPriority > 0 ? readyInOrder.first : entries.first(where: \.isReady) }

    /// What may not be delivered yet, in the order in which it is due.
    var delayedInOrder: [ModelEntry] {
        let delayed = entries.filter { $0.record.dueAt != nil }
        return Set(delayed.map(\.record.dueAt)).sorted { $0 ?? 0 < $1 ?? 0 }.flatMap { time in
            delayed.filter { $0.record.dueAt == time }
        }
    }

    /// Whether more is ready than the queue's limits allow.
    var isOverfull: Bool { rules.isLimited && isOverfull(adding: 0, bytes: 0) }

    func isOverfull(adding count: Int, bytes: Int) -> Bool {
        let ready = ready
        return rules.isExceeded(
            count: ready.count + count,
            bytes: ready.reduce(bytes) { $0 + $1.message.body.count }
        )
    }

    /// The messages in few words, for a failure.
    var contents: String {
        "\(name) has " + entries.map(\.summary).joined(separator: ", ")
    }

    var isNameKnown: Bool { !name.hasPrefix("?") }

    func settle(_ entry: ModelEntry) {
        entry.place = .settled
        entries.removeAll { $0 === entry }
    }

    /// An entry leaves by being delivered or because its time is over; not because there is too much.
    func noteDeparture(in step: Int) {
        begin(step)
        departures += 1
    }

    func notePassedOver(_ entry: ModelEntry, in step: Int) {
        begin(step)
        if !passedOver.contains(where: { $0 === entry }) { passedOver.append(entry) }
    }

    func noteEndedDelay(at time: UInt64, in step: Int) {
        firstEndedDelay = endedDelayIn == step ? min(firstEndedDelay, time) : time
        endedDelayIn = step
    }

    func firstEndedDelay(in step: Int) -> UInt64? { endedDelayIn == step ? firstEndedDelay : nil }

    /// Whether the queue may have dropped something in the step: before what was delivered since.
    func mayHaveBeenOverfull(in step: Int) -> Bool {
        guard let limit = rules.mostKept else { return false }
        return ready.count + departures(in: step) > limit
    }

    func departures(in step: Int) -> Int { departuresIn == step ? departures : 0 }

    func passedOver(in step: Int) -> [ModelEntry] { departuresIn == step ? passedOver : [] }

    private func begin(_ step: Int) {
        guard departuresIn != step else { return }
        departuresIn = step
        departures = 0
        passedOver = []
    }

    func allows(_ session: SessionID) -> Bool { owner == nil || owner == session }
}

/// A consumer of a queue.
final class ModelConsumer {
    /// `nil` until consume-ok says it.
    var id: ConsumerID?
    var tag: String
    let queue: ModelQueue
    unowned let channel: ModelChannel
    let noAcknowledge: Bool
    let exclusive: Bool
    let priority: Int64
    /// 0 for no limit.
    var prefetch: Int
    var hasStarted = false

    init(queue: ModelQueue, channel: ModelChannel, consume: Consume, priority: Int64, prefetch: Int) {
        tag = consume.consumerTag
        self.queue = queue
        self.channel = channel
        noAcknowledge = consume.noAcknowledge
        exclusive = consume.exclusive
        self.priority = priority
        self.prefetch = prefetch
    }
}
