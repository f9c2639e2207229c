package import LeveretCore
import LeveretModel

/// A publishing of a workload or a test.
package struct Publishing: Sendable, Hashable {
    package var exchange: String
    package var routingKey: String
    /// Flag words and property list.
    package var properties: [UInt8]
    package var body: [UInt8]
    package var mandatory: Bool

    package init(
        exchange: String,
        routingKey: String,
        properties: [UInt8] = [0, 0],
        body: [UInt8],
        mandatory: Bool = false
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
        self.mandatory = mandatory
    }

    /// What a consumer of the publishing sees.
    package var observed: ObservedMessage {
        ObservedMessage(exchange: exchange, routingKey: routingKey, properties: properties, body: body)
    }
}

/// Drives one core: copies what its effects refer to before the next command, and overwrites the memory that a
/// command lent to it, so that a core that keeps what it was only lent is found out.
package final class CoreHost {
    private var core: BrokerCore
    private var effects = Effects()
    package var time = BrokerTime(milliseconds: 1_800_000_000_000)

    package init(recovering state: RecoveredState, limits: CoreLimits, isDurable: Bool, seed: UInt64) {
        core = BrokerCore(recovering: state, limits: limits, isDurable: isDurable, seed: seed)
    }

    /// Creates virtual host `/` and a user who may do everything there.
    package func defineDefaults() {
        define(.putVirtualHost(VirtualHostDefinition(name: "/")))
        defineUser("guest", configure: ".*", write: ".*", read: ".*")
    }

    /// Creates a user and the user's rights in virtual host `/`.
    package func defineUser(_ name: String, configure: String, write: String, read: String) {
        define(.putUser(UserDefinition(name: name, passwordHash: "", hashingAlgorithm: "", tags: [])))
        define(
            .putPermission(
                PermissionDefinition(user: name, virtualHost: "/", configure: configure, write: write, read: read)
            )
        )
    }

    /// Applies an operator's change that cannot be refused.
    private func define(_ change: DefinitionChange) {
        do {
            _ = try tryDefine(change)
        } catch {
            preconditionFailure("a definition is refused: \(error)")
        }
    }

    /// Applies an operator's change and returns copies of the effects that it has.
    @discardableResult
    package func tryDefine(_ change: DefinitionChange) throws(DefinitionError) -> [Observation] {
        effects.removeAll()
        _ = try core.define(change, at: time, into: &effects)
        return effects.list.map { Observation(copying: $0) }
    }

    /// Reads from the core.
    package func inspect<Result>(_ read: (borrowing BrokerCore) -> Result) -> Result { read(core) }

    /// Applies a command and returns copies of its effects.
    package func apply(_ command: Command) -> [Observation] {
        effects.removeAll()
        core.apply(command, at: time, into: &effects)
        return effects.list.map { Observation(copying: $0) }
    }

    package func publish(_ channel: ChannelID, _ publishings: [Publishing]) -> [Observation] {
        let loan = LentMemory(capacity: publishings.reduce(0) { $0 + $1.size })
        defer { loan.takeBack() }
        let views = publishings.map { publishing in
            PublishingView(
                address: AddressView(loan.lend(publishing.address)),
                properties: loan.lend(publishing.properties),
                body: loan.lend(publishing.body),
                mandatory: publishing.mandatory
            )
        }
        return views.withUnsafeBufferPointer { apply(.publish(channel, $0)) }
    }

    package func acknowledge(_ channel: ChannelID, _ acknowledgements: [Acknowledgement]) -> [Observation] {
        acknowledgements.withUnsafeBufferPointer { apply(.acknowledge(channel, $0)) }
    }

    package func segmentLoaded(_ segment: SegmentID, index: [UInt8], _ content: [UInt8]) -> [Observation] {
        let memory = SegmentMemory(capacity: content.count)
        memory.bytes.copyBytes(from: content)
        let restored = RestoredSegment(memory, count: content.count)
        return apply(.segmentLoaded(segment, index: index, restored))
    }

    /// The delayed messages of a queue in virtual host `/`.
    package func delayedMessages(of queue: String) -> [DelayedMessageReport]? {
        core.delayedMessages(of: queue, in: "/", limit: .max)
    }

    package func cutJournalBatch() -> JournalBatch? { core.cutJournalBatch() }

    package var mayJournalWait: Bool { core.mayJournalWait }
    package var isJournalBehind: Bool { core.isJournalBehind }

    package func lookForSettled() -> Bool { core.lookForSettled() }

    /// For a clean stop: the journal is to learn exactly what has been delivered.
    package func retractDeliveryMarks() { core.retractDeliveryMarks() }

    package func report() -> BrokerReport { core.report() }

    package func checkInvariants() { core.checkInvariants() }
}

extension Publishing {
    fileprivate var size: Int { address.count + properties.count + body.count }

    fileprivate var address: [UInt8] {
        do {
            return try AddressView.encode(exchange: exchange, routingKey: routingKey)
        } catch {
            preconditionFailure("a name is too long: \(error)")
        }
    }
}

/// Memory that is overwritten when it is taken back.
private final class LentMemory {
    private let bytes: UnsafeMutableRawBufferPointer
    private var end = 0

    init(capacity: Int) {
        bytes = .allocate(byteCount: max(capacity, 1), alignment: 1)
    }

    func lend(_ content: some Collection<UInt8>) -> UnsafeRawBufferPointer {
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[end..<(end + content.count)])
        part.copyBytes(from: content)
        end += content.count
        return UnsafeRawBufferPointer(part)
    }

    func takeBack() {
        for index in bytes.indices { bytes[index] = 0xDB }
        bytes.deallocate()
    }
}
