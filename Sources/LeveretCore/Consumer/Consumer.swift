import LeveretModel

/// What deliveries of a channel come from: a consumer, or the channel's gets from one queue.
final class Consumer {
    let id: ConsumerID
    let tag: String
    /// The two hold each other until the channel leaves its session.
    let channel: Channel
    let queue: Queue
    let noAcknowledge: Bool
    let isExclusive: Bool
    let priority: Int64
    /// Stands for basic.get, which no limit holds back.
    let isGet: Bool
    /// The most deliveries that may wait for acknowledgement; 0 is no limit.
    var prefetch: Int
    /// Those of basic.consume.
    var arguments = FieldTable()
    /// How long a delivery may wait for acknowledgement, in milliseconds, if not as long as the queue says.
    var timeout: UInt64?
    @exclusivity(unchecked) var unacknowledgedCount = 0
    var isCancelled = false
    /// Not among those that its queue delivers to, until a limit gives way.
    var isParked = false

    init(
        id: ConsumerID,
        tag: String,
        channel: Channel,
        queue: Queue,
        noAcknowledge: Bool,
        isExclusive: Bool = false,
        priority: Int64 = 0,
        isGet: Bool = false,
        prefetch: Int
    ) {
        self.id = id
        self.tag = tag
        self.channel = channel
        self.queue = queue
        self.noAcknowledge = noAcknowledge
        self.isExclusive = isExclusive
        self.priority = priority
        self.isGet = isGet
        self.prefetch = prefetch
    }

    /// Whether a message may be delivered now.
    var isAvailable: Bool {
        guard channel.canDeliver else { return false }
        if noAcknowledge { return true }
        return (prefetch == 0 || unacknowledgedCount < prefetch) && channel.hasRoomForUnacknowledged
    }
}
