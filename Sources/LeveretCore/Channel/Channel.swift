import DequeModule

/// A channel of a session.
///
/// What every message touches is not checked for overlapping access at run time: the core runs one command at a
/// time, and the checks would cost a tenth of it.
final class Channel {
    let id: ChannelID
    /// Tells the channel from others that had, or will have, its number.
    let incarnation: UInt64
    /// The two hold each other until the channel leaves: a weaker reference would be counted for each delivery.
    let session: Session
    /// By identifier; gets have places here too. A place is empty when its consumer is gone and owes nothing.
    @exclusivity(unchecked) var consumers: [Consumer?] = []
    var consumersByTag = NameTable<Consumer>()
    private var getSources: [QueueID: Consumer] = [:]
    @exclusivity(unchecked) var unacknowledged = UnacknowledgedDeliveries()
    /// Those of `unacknowledged` that came from consumers, which the shared limit counts.
    @exclusivity(unchecked) var consumedUnacknowledgedCount = 0
    @exclusivity(unchecked) private var lastDeliveryTag: UInt64 = 0
    /// The limit of each consumer to come; 0 is none.
    var consumerPrefetch = 0
    /// The limit of all consumers together; 0 is none.
    var sharedPrefetch = 0
    /// What an empty queue name stands for.
    var lastDeclaredQueue: String?
    @exclusivity(unchecked) var ledger: LedgerReference?
    /// What waits for the next commit; `nil` on a channel without transactions.
    @exclusivity(unchecked) var transaction: Transaction?
    private var directReplies: Queue?
    /// What is held back, in order. While there is any, everything for the channel is.
    @exclusivity(unchecked) private(set) var held = Deque<HeldEffect>()
    @exclusivity(unchecked) var routes = RouteCache()
    private let unacknowledgedLimit: Int
    /// The latest deliveries that were taken back because nobody acknowledged them in time.
    private var takenBack = Deque<UInt64>()
    private static let rememberedTakenBack = 4_096

    init(id: ChannelID, incarnation: UInt64, session: Session, unacknowledgedLimit: Int) {
        self.id = id
        self.incarnation = incarnation
        self.session = session
        self.unacknowledgedLimit = unacknowledgedLimit
    }

    /// The queue of the replies that the channel waits for.
    var replyQueue: Queue? {
        get { directReplies.flatMap { $0.isDeleted ? nil : $0 } }
        set { directReplies = newValue }
    }

    var isHeld: Bool { !held.isEmpty }

    /// Whether anything may be delivered on the channel.
    var canDeliver: Bool { held.isEmpty && session.outboundAllowance > 0 }

    /// Deliveries that wait for acknowledgement, or for the commit of theirs.
    private var outstandingCount: Int {
        guard let transaction else { return unacknowledged.count }
        return unacknowledged.count + transaction.settlements.count
    }

    /// Whether a transaction has acknowledged something and has not been committed.
    var isSettlingInTransaction: Bool { transaction.map { !$0.settlements.isEmpty } ?? false }

    /// Whether one more delivery may wait for acknowledgement.
    var hasRoomForUnacknowledged: Bool {
        outstandingCount < unacknowledgedLimit
            && (sharedPrefetch == 0 || consumedUnacknowledgedCount < sharedPrefetch)
    }

    /// Whether taking one delivery back makes room for consumers other than its own.
    var isAtSharedLimit: Bool {
        (sharedPrefetch > 0 && consumedUnacknowledgedCount >= sharedPrefetch)
            || outstandingCount + 1 >= unacknowledgedLimit
    }

    func noteTakenBack(_ deliveryTag: UInt64) {
        if takenBack.count == Channel.rememberedTakenBack { takenBack.removeFirst() }
        takenBack.append(deliveryTag)
    }

    /// Whether the delivery was taken back, so that an acknowledgement only comes too late.
    func hasTakenBack(_ deliveryTag: UInt64) -> Bool { takenBack.contains(deliveryTag) }

    func takeDeliveryTag() -> UInt64 {
        lastDeliveryTag += 1
        return lastDeliveryTag
    }

    /// Those of basic.consume, in the order in which they came.
    var consumersInOrder: [Consumer] { consumers.compactMap { $0 }.filter { !$0.isGet && !$0.isCancelled } }

    var nextConsumerID: ConsumerID { ConsumerID(rawValue: UInt32(consumers.count)) }

    func consumer(_ id: ConsumerID) -> Consumer? {
        Int(id.rawValue) < consumers.count ? consumers[Int(id.rawValue)] : nil
    }

    /// Stands for this channel's gets from a queue.
    func getSource(of queue: Queue) -> Consumer {
        if let source = getSources[queue.id] { return source }
        let source = Consumer(
            id: nextConsumerID,
            tag: "",
            channel: self,
            queue: queue,
            noAcknowledge: false,
            isGet: true,
            prefetch: 0
        )
        consumers.append(source)
        getSources[queue.id] = source
        return source
    }

    // MARK: What is held back

    func hold(_ effect: HeldEffect) {
        held.append(effect)
        session.heldEffectCount += 1
    }

    func dropFirstHeld() {
        held.removeFirst()
        session.heldEffectCount -= 1
    }

    func dropAllHeld() {
        session.heldEffectCount -= held.count
        held = []
    }

    /// The channel has left its session: it and its consumers let go of each other.
    func letGo() {
        consumers = []
        consumersByTag = NameTable<Consumer>()
        getSources = [:]
        dropAllHeld()
        directReplies = nil
    }

    /// Gives up the place of a consumer that is gone and owes nothing.
    func forgetIfDone(_ consumer: Consumer) {
        guard consumer.unacknowledgedCount == 0 else { return }
        if consumer.isCancelled {
            consumers[Int(consumer.id.rawValue)] = nil
        } else if consumer.isGet, consumer.queue.isDeleted {
            consumers[Int(consumer.id.rawValue)] = nil
            getSources[consumer.queue.id] = nil
        }
    }
}
