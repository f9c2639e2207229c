import LeveretCore
import LeveretModel

/// A message in one queue.
final class ModelEntry {
    enum Place { case ready, unacknowledged, settled }

    let serial: Int
    let message: ObservedMessage
    let isPersistent: Bool
    var place = Place.ready
    /// Whether the next delivery must say that it may not be the first.
    var wasDelivered = false
    /// Set by a crash: the next delivery may say so although it is the first.
    var mayClaimRedelivery = false
    /// A persistent message may leave only when the journal knows that it may have been delivered. This is the
    /// first batch that was cut after somebody wanted it: when it is committed, the message must leave.
    var wantedBefore: Int?
    /// Number of the journal batch that carries the entry; `nil` if none was cut since it came.
    var batch: Int?

    init(serial: Int, message: ObservedMessage, isPersistent: Bool) {
        self.serial = serial
        self.message = message
        self.isPersistent = isPersistent
    }
}

/// A queue: a list of entries in the order in which they came, and nothing clever.
final class ModelQueue {
    var name: String
    let options: QueueOptions
    let owner: SessionID?
    /// Unsettled entries, oldest first. Requeueing is nothing but a change of an entry's place.
    var entries: [ModelEntry] = []
    var consumers: [ModelConsumer] = []
    var hadConsumer = false
    /// Number of the batch that carries the declaration, if the queue is durable.
    var batch = 0

    init(name: String, options: QueueOptions, owner: SessionID?) {
        self.name = name
        self.options = options
        self.owner = owner
    }

    /// An exclusive queue goes with its session and is therefore never durable.
    var isDurable: Bool { options.durable && !options.exclusive }
    var ready: [ModelEntry] { entries.filter { $0.place == .ready } }
    var firstReady: ModelEntry? { entries.first { $0.place == .ready } }

    var isNameKnown: Bool { !name.hasPrefix("?") }

    func settle(_ entry: ModelEntry) {
        entry.place = .settled
        entries.removeAll { $0 === entry }
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
