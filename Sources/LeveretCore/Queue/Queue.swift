import LeveretModel

/// A queue: messages in order, and the consumers that they go to.
final class Queue {
    let id: QueueID
    let name: String
    let options: QueueOptions
    /// The session that owns an exclusive queue.
    let owner: SessionID?
    /// Whether its persistent messages are to be found again after a restart.
    let isJournaled: Bool
    /// When its declaration is durable.
    var definedAt = JournalPosition(rawValue: 0)
    var ready = ReadyEntries()
    var nextOrdinal: UInt64 = 1
    /// Deliveries of this queue that wait for an acknowledgement.
    var unacknowledgedCount = 0
    var consumers = ConsumerRing()
    var hasHadConsumer = false
    var isDeleted = false
    /// Whether the queue is on the list of those with something to deliver.
    var isScheduled = false
    /// The segment that the next message waits for.
    var awaitedSegment: Segment?
    /// Channels with a get that waits for that segment.
    var channelsWithGets: [ChannelID] = []
    /// Every message up to here may have been delivered.
    var deliveredThrough: UInt64 = 0
    var mark = DeliveryLimit()
    /// Bindings of which the queue is the destination, in the order in which they were made.
    var bindings: [Binding] = []
    /// The last routing that reached this queue, so that one message enters once.
    var routeMark: UInt64 = 0

    init(id: QueueID, name: String, options: QueueOptions, owner: SessionID?, isJournaled: Bool) {
        self.id = id
        self.name = name
        self.options = options
        self.owner = owner
        self.isJournaled = isJournaled
    }

    var messageCount: UInt32 { UInt32(clamping: ready.count) }
    var consumerCount: UInt32 { UInt32(clamping: consumers.count) }

    func takeOrdinal() -> UInt64 {
        defer { nextOrdinal += 1 }
        return nextOrdinal
    }
}
