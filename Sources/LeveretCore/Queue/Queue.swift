import DequeModule
import LeveretModel

/// A queue: messages in order, and the consumers that they go to.
///
/// What every message touches is not checked for overlapping access at run time, as in `Channel`.
final class Queue {
    let id: QueueID
    let name: String
    let options: QueueOptions
    private(set) weak var virtualHost: VirtualHost?
    /// The session that owns an exclusive queue.
    let owner: SessionID?
    /// Whether its persistent messages are to be found again after a restart.
    let isJournaled: Bool
    /// When its declaration is durable.
    var definedAt = JournalPosition(rawValue: 0)
    /// What its arguments and its policy say.
    @exclusivity(unchecked) private(set) var settings: QueueSettings
    @exclusivity(unchecked) var ready: ReadyEntries
    /// Messages whose time to be delivered has not come.
    var delayed = DelayedMessages()
    /// Messages on their way out, or back, whose records are needed first.
    var unfinished = Deque<UnfinishedMessage>()
    /// Deliveries that are taken back if they are not acknowledged in time, in order.
    var leases = Deque<DeliveryLease>()
    /// By present ordinal, for messages that came back or were delayed.
    var histories: [UInt64: MessageHistory] = [:]
    var deduplication: DeduplicationWindow
    /// Since when nobody has used the queue (`x-expires`), in milliseconds since 1970.
    var unusedSince: UInt64 = 0
    /// When the core looks at the queue again by itself.
    var wakeAt: UInt64 = .max
    @exclusivity(unchecked) var nextOrdinal: UInt64 = 1
    /// Deliveries of this queue that wait for an acknowledgement.
    @exclusivity(unchecked) var unacknowledgedCount = 0
    @exclusivity(unchecked) var consumers: ConsumerRing
    var hasHadConsumer = false
    @exclusivity(unchecked) var isDeleted = false
    /// Whether an operator holds the queue up: nothing leaves it for consumers and gets.
    @exclusivity(unchecked) var isPaused = false
    /// Whether there is somebody to deliver to.
    var canDeliver: Bool { !isDeleted && !isPaused && !consumers.isEmpty }
    /// How fast it may deliver, if that is limited.
    var pace: DeliveryPace?
    /// Whether the queue is on the list of those with something to deliver.
    @exclusivity(unchecked) var isScheduled = false
    /// The segment that the next message waits for.
    var awaitedSegment: Segment?
    /// Channels with a get that waits for that segment.
    var channelsWithGets: [ChannelID] = []
    /// Every message up to here may have been delivered.
    @exclusivity(unchecked) var deliveredThrough: UInt64 = 0
    @exclusivity(unchecked) var mark = DeliveryLimit()
    @exclusivity(unchecked) var forecast = SettlementForecast()
    /// The policy that applies to it.
    private(set) var policy: PolicyDefinition?
    /// Bindings of which the queue is the destination, in the order in which they were made.
    var bindings: [Binding] = []
    /// While the journal is read: the highest place so far, and messages whose places may be among those of others.
    var lastRecoveredOrdinal: UInt64 = 0
    var unorderedMessages: [QueueEntry] = []
    var unorderedRuns: [StoredEntries] = []
    /// The last routing that reached this queue, so that one message enters once.
    var routeMark: UInt64 = 0

    init(
        id: QueueID,
        name: String,
        virtualHost: VirtualHost,
        options: QueueOptions,
        owner: SessionID?,
        isJournaled: Bool,
        entriesInMemory: Int
    ) {
        self.id = id
        self.virtualHost = virtualHost
        self.name = name
        self.options = options
        self.owner = owner
        self.isJournaled = isJournaled
        settings = QueueSettings(options.arguments)
        ready = ReadyEntries(capacity: entriesInMemory)
        deduplication = DeduplicationWindow(scope: isJournaled ? .queue(id) : nil)
        consumers = ConsumerRing(isSingleActive: settings.isSingleActive, priorityTakesOver: settings.isQuorum)
        pace = settings.rateLimit.map(DeliveryPace.init)
    }

    /// Takes what a policy, or none, says beside the arguments.
    func use(_ policy: PolicyDefinition?) {
        guard policy != self.policy else { return }
        self.policy = policy
        let before = settings.rateLimit
        settings = QueueSettings(options.arguments, policy: policy?.settings ?? [:])
        if settings.rateLimit != before { pace = settings.rateLimit.map(DeliveryPace.init) }
    }

    var messageCount: UInt32 { UInt32(clamping: ready.count) }
    var consumerCount: UInt32 { UInt32(clamping: consumers.count) }

    /// When something falls due in the queue, in milliseconds since 1970.
    var nextDeadline: UInt64 {
        var deadline = min(ready.nextDeadline, delayed.nextDue)
        if let lease = leases.first { deadline = min(deadline, lease.deadline) }
        if let pace { deadline = min(deadline, pace.waitsUntil) }
        if let expires = settings.expires, consumers.isEmpty {
            deadline = min(deadline, unusedSince.addingClamping(expires))
        }
        return deadline
    }

    /// Whether one more message, or a message of so many bytes, would be too much.
    func isFull(adding bytes: Int, count: Int) -> Bool {
        if let most = settings.maxLength, ready.count + count > most { return true }
        if let most = settings.maxLengthBytes, ready.bodyBytes + bytes > most { return true }
        return false
    }

    func takeOrdinal() -> UInt64 {
        defer { nextOrdinal += 1 }
        return nextOrdinal
    }
}
