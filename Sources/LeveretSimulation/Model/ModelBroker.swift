package import LeveretCore
import LeveretModel

/// The judge: a naive broker, written from the description of the behaviour and not from the core. It takes the
/// same commands, and then says of each effect whether it may come now, and after each step what is missing.
///
/// Durability is judged by snapshots: whenever a batch is cut, the model notes what a core that recovers from it
/// must hold, no more and no less.
package final class ModelBroker {
    let limits: CoreLimits
    let isDurable: Bool
    var sessions: [ModelSession] = []
    var queues: [ModelQueue] = []
    var exchanges = ModelExchange.predeclared
    var bindings: [ModelBinding] = []
    /// Batches that were cut: the number of the last one. What happens now is carried by the next one.
    var cutBatches = 0
    /// Batches of which the core has been told that they are committed.
    var committedBatches = 0
    var snapshots: [Int: DurableSnapshot] = [:]
    /// Queues whose names the broker chose; until it says them the model calls them by a number.
    var namesChosen = 0
    var lastSnapshot = DurableSnapshot.initial
    var positions: [Int: JournalPosition] = [:]
    /// Segments asked for and not brought yet. While there are any, deliveries may wait.
    var wantedSegments: [SegmentID] = []
    var expectedConnectionException: (session: SessionID, code: ReplyCode)?
    var closingSessions: [SessionID] = []
    var openingChannels: [ChannelID] = []
    /// What has been delivered of durable queues, by identity, whatever became of it.
    var delivered: Set<Int> = []
    /// What lay in durable queues when the core crashed: ever after it may be said to come again.
    var suspected: Set<Int> = []
    /// In milliseconds since 1970.
    var now: UInt64 = 0
    /// When the core has asked to be called.
    package var wake: UInt64?
    /// Counted for `Coverage`.
    var expiredMessages = 0
    var droppedMessages = 0
    var failedMessages = 0
    var expiredQueues = 0
    var deadLetters = 0
    var duplicates = 0
    var awaitedDuplicates = 0
    var retries = 0
    var endedDelays = 0
    var takenBack = 0
    var heldRecoveries = 0
    /// Which action is being taken, and how many entries there have been.
    var currentStep = 0
    /// The steps in which a segment was last asked for, a batch was last committed, and a queue last went for want of use.
    var readingIn = 0
    var committedIn = 0
    var queuesExpiredIn = 0
    /// The step of the publishings whose effects have not been judged yet.
    var publishingIn = 0
    var nextIdentity = 0
    var isStalled = false
    /// The resource alarms that are on.
    package private(set) var alarms: [Resource] = []
    var hasFailed = false
    /// The bodies of what a queue of the core has ready, if it can say so: which of several choices that are not foretold
    /// it made.
    package var readyInCore: (String) -> [[UInt8]]? = { _ in nil }
    /// The bodies of what the effects of the latest command deliver.
    package var deliveredInCommand: Set<[UInt8]> = []

    package init(limits: CoreLimits, isDurable: Bool) {
        self.limits = limits
        self.isDurable = isDurable
    }

    /// The number of the batch that carries what happens now.
    var nextBatch: Int { cutBatches + 1 }

    func session(_ id: SessionID) -> ModelSession? { sessions.first { $0.id == id } }

    func channel(_ id: ChannelID) -> ModelChannel? { session(id.session)?.channels.first { $0.id == id } }

    func queue(named name: String) -> ModelQueue? { queues.first { $0.name == name } }

    func exchange(named name: String) -> ModelExchange? { exchanges.first { $0.name == name } }

    /// The channels that a client may use now.
    package var openChannels: [ChannelID] {
        sessions.filter(\.isOpen).flatMap(\.channels).filter { $0.exception == nil && !$0.isClosing }.map(\.id)
    }

    /// Open channels in confirm mode on which everything is confirmed.
    var channelsOwedNoConfirm: [ChannelID] {
        openChannels.filter { channel($0).map { $0.selectedConfirms && $0.unconfirmed.isEmpty } ?? false }
    }

    /// What deduplication remembers though no batch has made it durable yet.
    var messagesToRepeat: [ObservedMessage] {
        (queues.map(\.window) + exchanges.map(\.window)).flatMap(\.memories).filter { !$0.isOver(at: now) }
            .flatMap(\.entries).filter { !mayBeConfirmed($0) }.map(\.message)
    }

    func isInMode(_ channel: ChannelID) -> Bool {
        self.channel(channel).map { $0.selectedConfirms || $0.transaction != nil } ?? true
    }

    /// Names of what exists, in the order in which it came.
    package var queueNames: [String] { queues.filter(\.isNameKnown).map(\.name) }

    /// Whether a queue may be looked at by any session.
    package func isOpenToAll(_ name: String) -> Bool { queue(named: name)?.owner == nil }

    /// Whether a queue, as a channel names it, refuses messages when it is full.
    func refusesPublishings(_ name: String, on channel: ChannelID) -> Bool {
        guard let channel = self.channel(channel), let name = resolve(name, on: channel) else { return false }
        return queue(named: name)?.rules.refusesPublishings ?? false
    }

    /// Whether a get waits for a message of a queue that refuses messages when it is full.
    var awaitsGetWhereRefused: Bool {
        sessions.flatMap(\.channels).flatMap(\.expectedReplies).contains {
            if case .get(let queue, _) = $0.content { queue.rules.refusesPublishings } else { false }
        }
    }

    package func messageCount(of name: String) -> Int { queue(named: name)?.ready.count ?? 0 }

    package func isWaiting(_ channel: ChannelID) -> Bool { self.channel(channel)?.isWaiting ?? false }

    /// Whether a method of the channel is still to change which messages are delivered.
    func movesMessages(_ channel: ChannelID) -> Bool { self.channel(channel)?.movesMessages ?? false }

    package func outstandingTags(of channel: ChannelID) -> [UInt64] {
        self.channel(channel)?.unacknowledged.map(\.tag) ?? []
    }

    package func consumerTags(of channel: ChannelID) -> [String] {
        (self.channel(channel)?.consumers.map(\.tag) ?? []).filter { !$0.isEmpty }
    }

    /// A delivery that was taken back from the channel, if there was any.
    func takenBackTags(of channel: ChannelID) -> [UInt64] { self.channel(channel)?.takenBack ?? [] }

    package func undrainedBytes(of session: SessionID) -> Int { self.session(session)?.undrained ?? 0 }
}

// MARK: Sessions and channels

extension ModelBroker {
    package func openSession(_ id: SessionID, _ options: SessionOptions) {
        sessions.append(ModelSession(id: id, options: options))
    }

    /// Ends a session as if its client had left.
    func remove(_ session: ModelSession) {
        for channel in session.channels { release(channel) }
        sessions.removeAll { $0 === session }
        for queue in queues where queue.owner == session.id { delete(queue) }
    }

    /// The client leaves.
    package func closeSession(_ id: SessionID) {
        guard let session = session(id) else { return }
        remove(session)
        closingSessions.append(id)
    }

    /// An operator closes the session.
    package func forceClose(_ id: SessionID) {
        guard let session = session(id) else { return }
        remove(session)
        expectedConnectionException = (id, .connectionForced)
    }

    /// The machine runs short of something, or no longer.
    package func setAlarm(_ resource: Resource, isRaised: Bool) {
        alarms.removeAll { $0 == resource }
        if isRaised { alarms.append(resource) }
    }

    /// The alarms of a broker that has just started.
    func forgetAlarms() { alarms = [] }

    /// The client has taken bytes of what was delivered to it.
    package func drain(_ id: SessionID, bytes: Int) {
        session(id)?.undrained -= bytes
    }

    package func openChannel(_ id: ChannelID) {
        openingChannels.append(id)
        session(id.session)?.channels.append(ModelChannel(id: id))
    }

    /// The client closes the channel.
    package func closeChannel(_ id: ChannelID) {
        guard let channel = channel(id) else { return }
        channel.isClosing = true
        release(channel)
        channel.expectedReplies.append(ExpectedReply(content: .closed))
    }

    /// The channel's consumers go and its unacknowledged deliveries return to their places.
    /// What may not stay in a queue that goes with its last consumer has left it before.
    func release(_ channel: ModelChannel) {
        let consumers = channel.consumers
        for consumer in consumers { detach(consumer) }
        for delivery in channel.outstanding.sorted(by: { $0.tag < $1.tag }) { putBack(delivery, isFailure: true) }
        for consumer in consumers { deleteIfAbandoned(consumer.queue) }
        channel.settledIn = currentStep
        channel.unacknowledged = []
        channel.transaction = nil
        channel.unconfirmed = []
        channel.expectedCancels = []
    }

    /// Expects a channel exception and does what it does.
    func raise(_ code: ReplyCode, on channel: ModelChannel) {
        guard code.scope == .channel else {
            expectedConnectionException = (channel.id.session, code)
            if let session = session(channel.id.session) { remove(session) }
            return
        }
        let unconfirmed = channel.unconfirmed
        release(channel)
        // Confirms of what was published before may still come ahead of the exception.
        channel.unconfirmed = unconfirmed
        channel.exception = code
    }
}
