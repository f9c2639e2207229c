package import LeveretCore
package import LeveretModel

/// A broker core without threads, sockets or a disk: commands go in, effects are counted, batches for the journal are
/// taken as if they had been written at once. A publisher and a consumer have a session each.
package final class BenchmarkCore {
    /// What has come of the commands so far.
    package struct Counts {
        package var effects: UInt64 = 0
        package var deliveries: UInt64 = 0
        /// Publishings that were confirmed.
        package var confirmed: UInt64 = 0
        /// Batches for the journal, and the bytes of records in them.
        package var transactions: UInt64 = 0
        package var journalBytes: UInt64 = 0
    }

    package private(set) var counts = Counts()
    package let publisher = ChannelID(session: SessionID(rawValue: 1), number: 1)
    package let consumer = ChannelID(session: SessionID(rawValue: 2), number: 1)
    private var core: BrokerCore
    private var effects = Effects()
    private let time = BrokerTime(milliseconds: 1_800_000_000_000)
    private var lastDeliveryTag: UInt64 = 0
    /// Bytes that the consumer was delivered and has not said to have taken.
    private var undrained = 0
    private let write: (JournalBatch) throws -> Void

    /// - Parameter write: Makes a batch durable; by default nothing does.
    package init(
        isDurable: Bool = false,
        limits: CoreLimits = CoreLimits(),
        write: @escaping (JournalBatch) throws -> Void = { _ in }
    ) throws {
        self.write = write
        core = BrokerCore(recovering: RecoveredState(), limits: limits, isDurable: isDurable, seed: 1)
        try define(.putVirtualHost(VirtualHostDefinition(name: "/")))
        try define(.putUser(UserDefinition(name: "guest", passwordHash: "", hashingAlgorithm: "", tags: [])))
        let rights = PermissionDefinition(user: "guest", virtualHost: "/", configure: ".*", write: ".*", read: ".*")
        try define(.putPermission(rights))
        for channel in [publisher, consumer] {
            apply(.openSession(channel.session, SessionOptions(user: "guest", virtualHost: "/")))
            apply(.openChannel(channel))
        }
    }

    private func define(_ change: DefinitionChange) throws {
        _ = try core.define(change, at: time, into: &effects)
        effects.removeAll()
    }

    /// Applies a command; what is delivered counts as taken by the client at once.
    package func apply(_ command: Command) {
        core.apply(command, at: time, into: &effects)
        take()
        while undrained > 0 {
            core.apply(.sessionDrained(consumer.session, bytes: undrained), at: time, into: &effects)
            undrained = 0
            take()
        }
    }

    private func take() {
        counts.effects += UInt64(effects.list.count)
        for effect in effects.list {
            switch effect {
            case .deliver(_, let delivery):
                counts.deliveries += 1
                lastDeliveryTag = delivery.deliveryTag
                undrained += delivery.outboundCost
            case .confirm(_, let sequence, _): counts.confirmed = max(counts.confirmed, sequence)
            case .channelException(_, let error), .connectionException(_, let error):
                preconditionFailure("the core refuses the benchmark: \(error)")
            default: break
            }
        }
        effects.removeAll()
    }

    /// Writes what has gathered for the journal and says that it is on disk.
    package func commit() throws {
        guard let batch = core.cutJournalBatch() else { return }
        counts.transactions += 1
        for segment in batch.segments {
            counts.journalBytes += UInt64(segment.pieces.reduce(0) { $0 + $1.count } + segment.index.count)
        }
        try write(batch)
        apply(.journalCommitted(batch.position))
    }
}

// MARK: - What clients do

extension BenchmarkCore {
    package func declareQueue(_ name: String, _ options: QueueOptions = .transient) throws {
        let declare = DeclareQueue(name: name, passive: false, options: options, noWait: false)
        apply(.method(publisher, .declareQueue(declare)))
        try commit()
    }

    package func declareExchange(_ name: String, _ type: String) {
        let declare = DeclareExchange(name: name, type: type, passive: false, options: .transient, noWait: false)
        apply(.method(publisher, .declareExchange(declare)))
    }

    package func bind(_ queue: String, to exchange: String, key: String = "", _ arguments: FieldTable = [:]) {
        let bind = Bind(destination: queue, source: exchange, routingKey: key, arguments: arguments, noWait: false)
        apply(.method(publisher, .bindQueue(bind)))
    }

    package func selectConfirms() { apply(.method(publisher, .selectConfirms(noWait: false))) }

    package func consume(_ queue: String, noAcknowledge: Bool, prefetch: UInt16 = 0) {
        apply(.method(consumer, .setPrefetch(count: prefetch, size: 0, global: false)))
        let consume = Consume(
            queue: queue,
            consumerTag: queue,
            noAcknowledge: noAcknowledge,
            exclusive: false,
            arguments: [:],
            noWait: false
        )
        apply(.method(consumer, .consume(consume)))
    }

    package func publish(_ run: PublishRun) {
        run.withViews { apply(.publish(publisher, $0)) }
    }

    /// Acknowledges everything that has been delivered.
    package func acknowledgeAll() {
        let acknowledgement = Acknowledgement(kind: .acknowledge, deliveryTag: lastDeliveryTag, multiple: true)
        withUnsafePointer(to: acknowledgement) {
            apply(.acknowledge(consumer, UnsafeBufferPointer(start: $0, count: 1)))
        }
    }
}
