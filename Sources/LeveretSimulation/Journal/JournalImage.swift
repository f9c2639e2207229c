package import LeveretCore

/// What a journal holds durably: plain rows, as a database would have them.
package struct JournalImage: Sendable {
    package struct Segment: Sendable {
        package var id: SegmentID
        package var length: Int
        package var index: [UInt8]
        package var content: [UInt8]
        package var settled: [SettledRange] = []
        package var updates: [MessageUpdate] = []
        package var summary: SegmentSummary?

        /// As a starting core gets it.
        fileprivate var recovered: RecoveredSegment {
            if let summary, summary.holds(despite: settled, updates) {
                return RecoveredSegment(id: id, length: length, runs: summary.runs, settled: settled)
            }
            return whole
        }

        fileprivate var whole: RecoveredSegment {
            RecoveredSegment(id: id, length: length, index: index, settled: settled, updates: updates)
        }
    }

    package private(set) var virtualHosts: [VirtualHostDefinition] = []
    package private(set) var exchanges: [ExchangeDefinition] = []
    package private(set) var queues: [QueueDefinition] = []
    package private(set) var bindings: [BindingDefinition] = []
    package private(set) var users: [UserDefinition] = []
    package private(set) var permissions: [PermissionDefinition] = []
    package private(set) var topicPermissions: [TopicPermissionDefinition] = []
    package private(set) var policies: [PolicyDefinition] = []
    package private(set) var pausedQueues: [QueueID] = []
    package private(set) var segments: [Segment] = []
    package private(set) var marks: [DeliveryMark] = []
    package private(set) var deduplications: [DeduplicationEntry] = []
    package private(set) var nextQueueID = QueueID(rawValue: 1)
    /// How often a segment was written anew.
    package private(set) var compactedSegments = 0
    private var position: JournalPosition?
    private var highestSegment: SegmentID?

    package init() {}

    /// Applies a batch; throws a `Violation` if the batch does not fit what is there.
    package mutating func apply(_ batch: JournalBatch) throws {
        if let position, batch.position <= position {
            throw Violation("batch \(batch.position.rawValue) after batch \(position.rawValue)")
        }
        position = batch.position
        guard batch.nextQueueID >= nextQueueID else { throw Violation("the next queue number fell") }
        nextQueueID = batch.nextQueueID
        for change in batch.definitions { try apply(change) }
        for segment in batch.segments { try write(segment) }
        for settlement in batch.settlements { try settle(settlement) }
        for update in batch.updates { try note(update) }
        for summary in batch.summaries { try note(summary) }
        for change in batch.deduplications { apply(change) }
        for segment in batch.deletedSegments { try delete(segment) }
        for mark in batch.deliveryMarks { try note(mark) }
        for segment in batch.sparseSegments { try compact(segment) }
        try checkReferences()
    }

    /// A new core starts: segment numbers need only be above those that are still there.
    package mutating func restart() {
        position = nil
        highestSegment = segments.last?.id
    }

    /// The rows as a starting core gets them.
    package var recovered: RecoveredState {
        var state = RecoveredState()
        state.virtualHosts = virtualHosts
        state.exchanges = exchanges
        state.queues = queues
        state.bindings = bindings
        state.users = users
        state.permissions = permissions
        state.topicPermissions = topicPermissions
        state.policies = policies
        state.pausedQueues = pausedQueues
        state.segments = segments.map(\.recovered)
        state.deliveryMarks = marks
        state.deduplications = deduplications.sorted(by: Self.precedes)
        state.nextQueueID = nextQueueID
        return state
    }

    private mutating func write(_ segment: SegmentWrite) throws {
        if let highestSegment, segment.id <= highestSegment {
            throw Violation("segment \(segment.id.rawValue) is written after \(highestSegment.rawValue)")
        }
        highestSegment = segment.id
        segments.append(
            Segment(
                id: segment.id,
                length: segment.length,
                index: segment.index,
                content: try Self.content(of: segment)
            )
        )
    }

    /// The concatenated pieces of a segment, which must rise and lie within it.
    package static func content(of segment: SegmentWrite) throws -> [UInt8] {
        var content: [UInt8] = []
        var end = 0
        for piece in segment.pieces {
            guard piece.lowerBound >= end, piece.upperBound <= segment.memory.capacity, !piece.isEmpty else {
                throw Violation("segment \(segment.id.rawValue) has the pieces \(segment.pieces)")
            }
            end = piece.upperBound
            content.append(contentsOf: segment.memory.bytes[piece])
        }
        return content
    }

    private mutating func settle(_ settlement: SettlementWrite) throws {
        guard let place = segments.firstIndex(where: { $0.id == settlement.segment }) else {
            throw Violation("a settlement in segment \(settlement.segment.rawValue), which was never written")
        }
        for range in settlement.ranges where range.first > range.last {
            throw Violation("a settlement from \(range.first) to \(range.last)")
        }
        segments[place].settled.append(contentsOf: settlement.ranges)
    }

    private mutating func note(_ update: MessageUpdate) throws {
        guard let place = segments.firstIndex(where: { $0.id == update.segment }) else {
            throw Violation("an update in segment \(update.segment.rawValue), which was never written")
        }
        segments[place].updates.put(update) {
            $0.queue == update.queue && $0.writtenOrdinal == update.writtenOrdinal
        }
    }

    private mutating func note(_ summary: SegmentSummary) throws {
        guard let place = segments.firstIndex(where: { $0.id == summary.segment }) else {
            throw Violation("a summary of segment \(summary.segment.rawValue), which was never written")
        }
        segments[place].summary = summary
    }

    private mutating func delete(_ segment: SegmentID) throws {
        guard let place = segments.firstIndex(where: { $0.id == segment }) else {
            throw Violation("segment \(segment.rawValue) is deleted but not there")
        }
        segments.remove(at: place)
    }

    private mutating func compact(_ segment: SegmentID) throws {
        guard let place = segments.firstIndex(where: { $0.id == segment }) else {
            throw Violation("segment \(segment.rawValue) is sparse but not there")
        }
        let compaction = SegmentCompaction(of: segments[place].whole) {
            segments[place].content
        } queueExists: { id in
            queues.contains { $0.id == id }
        }
        guard let compaction else { return }
        compactedSegments += 1
        segments[place].index = compaction.index
        segments[place].content = compaction.content
    }

    private mutating func note(_ mark: DeliveryMark) throws {
        guard queues.contains(where: { $0.id == mark.queue }) else {
            throw Violation("a delivery mark of queue \(mark.queue.rawValue), which is not durable")
        }
        if let place = marks.firstIndex(where: { $0.queue == mark.queue }) {
            marks[place] = mark
        } else {
            marks.append(mark)
        }
    }
}

extension JournalImage {
    private mutating func apply(_ change: DefinitionChange) throws {
        switch change {
        case .putVirtualHost(let host): virtualHosts.put(host) { $0.name == host.name }
        case .deleteVirtualHost(let name): try virtualHosts.take("virtual host") { $0.name == name }
        case .putExchange(let exchange):
            exchanges.put(exchange) { $0.virtualHost == exchange.virtualHost && $0.name == exchange.name }
        case .deleteExchange(let host, let name):
            try exchanges.take("exchange") { $0.virtualHost == host && $0.name == name }
            deduplications.removeAll { $0.scope == .exchange(virtualHost: host, name: name) }
        case .putQueue(let queue):
            guard queue.id < nextQueueID else { throw Violation("queue number \(queue.id.rawValue) is not used up") }
            queues.put(queue) { $0.id == queue.id }
        case .deleteQueue(let id):
            try queues.take("queue") { $0.id == id }
            marks.removeAll { $0.queue == id }
            deduplications.removeAll { $0.scope == .queue(id) }
            pausedQueues.removeAll { $0 == id }
        case .pauseQueue(let id): pausedQueues.put(id) { $0 == id }
        case .resumeQueue(let id): pausedQueues.removeAll { $0 == id }
        case .putBinding(let binding): bindings.put(binding) { $0 == binding }
        case .deleteBinding(let binding): try bindings.take("binding") { $0 == binding }
        case .putUser(let user): users.put(user) { $0.name == user.name }
        case .deleteUser(let name): try users.take("user") { $0.name == name }
        case .putPermission(let permission):
            permissions.put(permission) {
                $0.user == permission.user && $0.virtualHost == permission.virtualHost
            }
        case .deletePermission(let user, let host):
            try permissions.take("permission") { $0.user == user && $0.virtualHost == host }
        case .putTopicPermission(let permission):
            topicPermissions.put(permission) {
                $0.user == permission.user && $0.virtualHost == permission.virtualHost
                    && $0.exchange == permission.exchange
            }
        case .deleteTopicPermission(let user, let host, let exchange):
            try topicPermissions.take("topic permission") {
                $0.user == user && $0.virtualHost == host && $0.exchange == exchange
            }
        case .putPolicy(let policy):
            policies.put(policy) { $0.virtualHost == policy.virtualHost && $0.name == policy.name }
        case .deletePolicy(let host, let name):
            try policies.take("policy") { $0.virtualHost == host && $0.name == name }
        }
    }

    private mutating func apply(_ change: DeduplicationChange) {
        switch change {
        case .remember(let entry): deduplications.put(entry) { $0.scope == entry.scope && $0.key == entry.key }
        case .forget(let scope, let key): deduplications.removeAll { $0.scope == scope && $0.key == key }
        case .forgetAll(let scope): deduplications.removeAll { $0.scope == scope }
        }
    }

    /// By scope, queues first, then by serial.
    private static func precedes(_ left: DeduplicationEntry, _ right: DeduplicationEntry) -> Bool {
        switch (left.scope, right.scope) {
        case (.queue(let one), .queue(let other)): (one.rawValue, left.serial) < (other.rawValue, right.serial)
        case (.exchange(let oneHost, let one), .exchange(let otherHost, let other)):
            (oneHost, one, left.serial) < (otherHost, other, right.serial)
        case (.queue, .exchange): true
        case (.exchange, .queue): false
        }
    }

    /// No binding may point nowhere and no name may be taken twice, whatever the order of changes in a batch.
    private func checkReferences() throws {
        for (place, queue) in queues.enumerated()
        where queues[..<place].contains(where: { $0.name == queue.name && $0.virtualHost == queue.virtualHost }) {
            throw Violation("two durable queues are called \(queue.name)")
        }
        for case .queue(let id) in deduplications.map(\.scope) where !queues.contains(where: { $0.id == id }) {
            throw Violation("deduplication in queue \(id.rawValue), which is not durable")
        }
        for binding in bindings {
            guard binding.source.hasPrefix("amq.") || hasExchange(binding.source, in: binding.virtualHost) else {
                throw Violation("a binding from exchange \(binding.source), which is not there")
            }
            switch binding.destinationKind {
            case .exchange:
                guard binding.destination.hasPrefix("amq.") || hasExchange(binding.destination, in: binding.virtualHost)
                else { throw Violation("a binding to exchange \(binding.destination), which is not there") }
            case .queue:
                guard
                    queues.contains(where: { $0.name == binding.destination && $0.virtualHost == binding.virtualHost })
                else { throw Violation("a binding to queue \(binding.destination), which is not there") }
            }
        }
    }

    private func hasExchange(_ name: String, in host: String) -> Bool {
        exchanges.contains { $0.name == name && $0.virtualHost == host }
    }
}

extension Array {
    fileprivate mutating func put(_ element: Element, replacing isSame: (Element) -> Bool) {
        if let place = firstIndex(where: isSame) { self[place] = element } else { append(element) }
    }

    fileprivate mutating func take(_ kind: String, _ isMeant: (Element) -> Bool) throws {
        guard let place = firstIndex(where: isMeant) else { throw Violation("a \(kind) is deleted but not there") }
        remove(at: place)
    }
}
