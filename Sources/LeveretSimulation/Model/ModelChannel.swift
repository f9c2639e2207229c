import LeveretCore
import LeveretModel

/// A delivery that waits for an acknowledgement.
struct ModelDelivery {
    let tag: UInt64
    let entry: ModelEntry
    let queue: ModelQueue
    /// `nil` for the answer to a get.
    let consumer: ModelConsumer?
    /// When it is taken back, in milliseconds since 1970.
    var overdueAt: UInt64?

    /// If the delivery is overdue, its time starts again.
    mutating func renew(of queue: ModelQueue, at now: UInt64) {
        guard self.queue === queue, let overdueAt, overdueAt <= now else { return }
        self.overdueAt = queue.rules.consumerTimeout.map { now + $0 }
    }
}

/// A publishing that waits for its confirm.
struct ModelPublishing {
    let sequence: UInt64
    /// The entries that have to be durable first, or settled.
    let entries: [ModelEntry]
    /// The answer may wait until this batch is committed.
    var mayWaitFor = 0
    /// Whether a queue was full, so that the answer is a refusal.
    var isRefused = false
}

/// An answer that the channel owes, in the order of the methods.
struct ExpectedReply {
    enum Content: Equatable {
        case reply(Reply)
        case get(queue: ModelQueue, noAcknowledge: Bool)
        /// A recovery waits for the gets before it, and also gives back what they take. One that needs no answer happens
        /// when they have been answered.
        case recovery(noWait: Bool)
        case closed

        static func == (left: Content, right: Content) -> Bool {
            switch (left, right) {
            case (.reply(let left), .reply(let right)): left == right
            case (.get(let left, _), .get(let right, _)): left === right
            case (.recovery(let left), .recovery(let right)): left == right
            case (.closed, .closed): true
            default: false
            }
        }
    }

    var content: Content
    /// The answer must not come before this batch is committed.
    var mustWaitFor = 0
    /// The answer must have come when this batch is committed.
    var mayWaitFor = 0
    /// What the answer tells the model.
    var consumer: ModelConsumer?
    var queue: ModelQueue?
}

/// A channel.
final class ModelChannel {
    let id: ChannelID
    var selectedConfirms = false
    var nextSequence: UInt64 = 1
    var unconfirmed: [ModelPublishing] = []
    var unacknowledged: [ModelDelivery] = []
    var nextTag: UInt64 = 1
    /// The step in which it last lost some of what is unacknowledged.
    var settledIn = 0
    /// Deliveries that were taken back because nobody acknowledged them in time.
    var takenBack: [UInt64] = []
    var transaction: ModelTransaction?
    var consumerPrefetch = 0
    var channelPrefetch = 0
    var consumers: [ModelConsumer] = []
    var nextConsumer: UInt32 = 0
    var lastQueue: String?
    var expectedReplies: [ExpectedReply] = []
    var expectedReturns: [(sequence: UInt64, message: ObservedMessage)] = []
    var expectedCancels: [ModelConsumer] = []
    /// Set while an exception is on its way: the core has forgotten the channel.
    var exception: ReplyCode?
    var isClosing = false

    init(id: ChannelID) { self.id = id }

    /// Deliveries that wait for acknowledgement, or for the commit of theirs.
    var outstanding: [ModelDelivery] { unacknowledged + (transaction?.settlements.map(\.delivery) ?? []) }

    /// Whether a method is still to change which messages are delivered.
    var movesMessages: Bool {
        expectedReplies.contains {
            switch $0.content {
            case .get, .recovery: true
            case .reply, .closed: false
            }
        }
    }

    /// Whether the client still waits for an answer.
    var isWaiting: Bool { !expectedReplies.isEmpty }
}

/// A session.
final class ModelSession {
    let id: SessionID
    let options: SessionOptions
    var channels: [ModelChannel] = []
    var isBlocked = false
    var isOpen = false
    /// Bytes delivered and not drained by the client.
    var undrained = 0

    init(id: SessionID, options: SessionOptions) {
        self.id = id
        self.options = options
    }
}
