import LeveretCore
import LeveretModel
import LeveretSimulation

/// One core, one journal, and short words for what tests do with them. Unless told otherwise batches are cut,
/// committed and segments brought back as soon as they can be.
final class CoreHarness {
    let host: CoreHost
    let journal: SimulatedJournal
    let limits: CoreLimits
    /// Whether the journal works by itself after each command.
    var commitsAtOnce = true
    /// Whether segments that are asked for come by themselves.
    var loadsAtOnce = true
    /// Segments asked for and not brought.
    private(set) var wantedSegments: [SegmentID] = []
    private var underWay: JournalBatch?

    /// Channel 1 of session 1, which is open.
    let channel = ChannelID(session: SessionID(rawValue: 1), number: 1)

    init(
        _ limits: CoreLimits = CoreLimits(),
        journal: SimulatedJournal = SimulatedJournal(),
        isDurable: Bool = true,
        time: BrokerTime? = nil
    ) throws {
        self.limits = limits
        self.journal = journal
        let state = try journal.recover()
        let isNew = state.isEmpty
        host = CoreHost(recovering: state, limits: limits, isDurable: isDurable, seed: 7)
        if let time { host.time = time }
        if isNew { host.defineDefaults() }
        try run(host.apply(.openSession(channel.session, SessionOptions(user: "guest", virtualHost: "/"))))
        try run(host.apply(.openChannel(channel)))
    }

    /// A core that finds what this one's journal holds; nothing else is kept.
    func restarted(afterMilliseconds milliseconds: UInt64 = 0) throws -> CoreHarness {
        try CoreHarness(limits, journal: journal, time: host.time.advanced(byMilliseconds: milliseconds))
    }

    /// Lets time pass, and gives what follows from it.
    @discardableResult
    func wait(milliseconds: UInt64) throws -> [Observation] {
        host.time = host.time.advanced(byMilliseconds: milliseconds)
        return try apply(.tick)
    }

    /// As above, but this core has been stopped in good order before.
    func stoppedAndRestarted() throws -> CoreHarness {
        host.retractDeliveryMarks()
        try run([])
        return try restarted()
    }

    /// Lets a message pass through a durable queue, so that the journal has a delivery mark ahead of those to come.
    func warmUp(_ queue: String) throws {
        let other = ChannelID(session: channel.session, number: 99)
        try apply(.openChannel(other))
        try publish("warm", key: queue, persistent: true, on: other)
        try get(queue, noAcknowledge: true, on: other)
        try apply(.closeChannel(other))
    }

    /// Opens a channel, and its session if need be.
    func open(session: UInt64 = 1, channel number: UInt16 = 1, user: String = "guest", acceptsCancel: Bool = true)
        throws
        -> ChannelID
    {
        let id = ChannelID(session: SessionID(rawValue: session), number: number)
        if session != 1, number == 1 {
            let options = SessionOptions(user: user, virtualHost: "/", acceptsConsumerCancel: acceptsCancel)
            try run(host.apply(.openSession(id.session, options)))
        }
        try run(host.apply(.openChannel(id)))
        return id
    }

    @discardableResult
    func apply(_ command: Command) throws -> [Observation] { try run(host.apply(command)) }

    @discardableResult
    func perform(_ method: ChannelMethod, on id: ChannelID? = nil) throws -> [Observation] {
        try apply(.method(id ?? channel, method))
    }
}

// MARK: The journal

extension CoreHarness {
    /// Adds the effects that follow from what the journal does at once.
    @discardableResult
    func run(_ observations: [Observation]) throws -> [Observation] {
        var all = observations
        host.checkInvariants()
        noteWanted(observations)
        while true {
            if loadsAtOnce, let segment = wantedSegments.first {
                all += try bring(segment)
            } else if commitsAtOnce, let committed = try cutAndCommit() {
                all += committed
            } else {
                return all
            }
        }
    }

    private func noteWanted(_ observations: [Observation]) {
        for case .loadSegment(let segment) in observations { wantedSegments.append(segment) }
    }

    @discardableResult
    func bring(_ segment: SegmentID) throws -> [Observation] {
        wantedSegments.removeAll { $0 == segment }
        let (index, content) = (try journal.loadIndex(segment), try journal.loadSegment(segment))
        let observations = host.segmentLoaded(segment, index: index, content)
        host.checkInvariants()
        noteWanted(observations)
        return observations
    }

    private func cutAndCommit() throws -> [Observation]? {
        guard cut() else { return nil }
        return try commit()
    }

    /// Cuts a batch; `false` if there was nothing to cut.
    @discardableResult
    func cut() -> Bool {
        underWay = underWay ?? host.cutJournalBatch()
        return underWay != nil
    }

    /// Commits the batch that was cut, cutting one if none is under way.
    @discardableResult
    func commit() throws -> [Observation] {
        guard cut(), let batch = underWay else { return [] }
        try journal.commit(batch)
        underWay = nil
        let observations = host.apply(.journalCommitted(batch.position))
        host.checkInvariants()
        noteWanted(observations)
        return observations
    }
}

// MARK: Methods

extension CoreHarness {
    @discardableResult
    func declare(
        _ queue: String,
        _ options: QueueOptions = .transient,
        passive: Bool = false,
        on id: ChannelID? = nil
    ) throws -> [Observation] {
        try perform(
            .declareQueue(DeclareQueue(name: queue, passive: passive, options: options, noWait: false)),
            on: id
        )
    }

    @discardableResult
    func declareExchange(
        _ name: String,
        _ type: String,
        _ options: ExchangeOptions = .transient,
        passive: Bool = false,
        on id: ChannelID? = nil
    ) throws -> [Observation] {
        let method = DeclareExchange(name: name, type: type, passive: passive, options: options, noWait: false)
        return try perform(.declareExchange(method), on: id)
    }

    @discardableResult
    func bind(
        _ queue: String,
        to exchange: String,
        _ key: String = "",
        _ arguments: FieldTable = [:],
        on id: ChannelID? = nil
    ) throws -> [Observation] {
        try perform(.bindQueue(Self.binding(queue, exchange, key, arguments)), on: id)
    }

    @discardableResult
    func unbind(
        _ queue: String,
        from exchange: String,
        _ key: String = "",
        _ arguments: FieldTable = [:],
        on id: ChannelID? = nil
    ) throws -> [Observation] {
        try perform(.unbindQueue(Self.binding(queue, exchange, key, arguments)), on: id)
    }

    @discardableResult
    func bindExchange(_ destination: String, to source: String, _ key: String = "") throws -> [Observation] {
        try perform(.bindExchange(Self.binding(destination, source, key, [:])))
    }

    private static func binding(_ to: String, _ from: String, _ key: String, _ arguments: FieldTable) -> Bind {
        Bind(destination: to, source: from, routingKey: key, arguments: arguments, noWait: false)
    }

    @discardableResult
    func consume(
        _ queue: String,
        tag: String = "",
        noAcknowledge: Bool = false,
        exclusive: Bool = false,
        prefetch: UInt16? = nil,
        priority: Int32? = nil,
        on id: ChannelID? = nil
    ) throws -> [Observation] {
        var arguments = FieldTable()
        if let priority { arguments["x-priority"] = .int32(priority) }
        let method = Consume(
            queue: queue,
            consumerTag: tag,
            noAcknowledge: noAcknowledge,
            exclusive: exclusive,
            arguments: arguments,
            noWait: false,
            prefetch: prefetch
        )
        return try perform(.consume(method), on: id)
    }

    @discardableResult
    func cancel(_ tag: String, on id: ChannelID? = nil) throws -> [Observation] {
        try perform(.cancel(consumerTag: tag, noWait: false), on: id)
    }

    @discardableResult
    func get(_ queue: String, noAcknowledge: Bool = false, on id: ChannelID? = nil) throws -> [Observation] {
        try perform(.get(queue: queue, noAcknowledge: noAcknowledge), on: id)
    }

    @discardableResult
    func deleteQueue(
        _ name: String,
        ifUnused: Bool = false,
        ifEmpty: Bool = false,
        on id: ChannelID? = nil
    ) throws -> [Observation] {
        try perform(.deleteQueue(name: name, ifUnused: ifUnused, ifEmpty: ifEmpty, noWait: false), on: id)
    }

    @discardableResult
    func setPrefetch(_ count: UInt16, global: Bool = false, on id: ChannelID? = nil) throws -> [Observation] {
        try perform(.setPrefetch(count: count, size: 0, global: global), on: id)
    }

    @discardableResult
    func selectConfirms(on id: ChannelID? = nil) throws -> [Observation] {
        try perform(.selectConfirms(noWait: false), on: id)
    }
}

// MARK: Messages

extension CoreHarness {
    /// Publishes messages of these bodies in one command; without an exchange, to the queue of the key's name.
    @discardableResult
    func publish(
        _ bodies: String...,
        to exchange: String = "",
        key: String,
        persistent: Bool = false,
        mandatory: Bool = false,
        headers: FieldTable? = nil,
        expiration: String? = nil,
        priority: UInt8? = nil,
        replyTo: String? = nil,
        userID: String? = nil,
        on id: ChannelID? = nil
    ) throws -> [Observation] {
        var properties = BasicProperties()
        properties.replyTo = replyTo
        if persistent { properties.deliveryMode = .persistent }
        properties.headers = headers
        properties.expiration = expiration
        properties.priority = priority
        properties.userID = userID
        var encoded: [UInt8] = []
        try properties.encode(into: &encoded)
        let publishings = bodies.map {
            Publishing(
                exchange: exchange,
                routingKey: key,
                properties: encoded,
                body: Array($0.utf8),
                mandatory: mandatory
            )
        }
        return try run(host.publish(id ?? channel, publishings))
    }

    @discardableResult
    func acknowledge(_ acknowledgements: Acknowledgement..., on id: ChannelID? = nil) throws -> [Observation] {
        try run(host.acknowledge(id ?? channel, acknowledgements))
    }

    @discardableResult
    func ack(_ tag: UInt64, multiple: Bool = false, on id: ChannelID? = nil) throws -> [Observation] {
        try acknowledge(Acknowledgement(kind: .acknowledge, deliveryTag: tag, multiple: multiple), on: id)
    }

    @discardableResult
    func nack(
        _ tag: UInt64,
        multiple: Bool = false,
        requeue: Bool = true,
        on id: ChannelID? = nil
    ) throws -> [Observation] {
        try acknowledge(
            Acknowledgement(kind: .nack, deliveryTag: tag, multiple: multiple, requeue: requeue),
            on: id
        )
    }

    @discardableResult
    func reject(_ tag: UInt64, requeue: Bool = false, on id: ChannelID? = nil) throws -> [Observation] {
        try acknowledge(Acknowledgement(kind: .reject, deliveryTag: tag, requeue: requeue), on: id)
    }

    /// Takes the next message of a queue, without acknowledgement.
    func takeMessage(_ queue: String, on id: ChannelID? = nil) throws -> ObservedMessage? {
        try get(queue, noAcknowledge: true, on: id).deliveries.first?.message
    }

    /// Takes everything that is ready in a queue, without acknowledgement.
    func drain(_ queue: String, on id: ChannelID? = nil) throws -> [String] {
        var texts: [String] = []
        while let text = try get(queue, noAcknowledge: true, on: id).texts.first { texts.append(text) }
        return texts
    }
}
