import LeveretCore

/// Copies everything that can be read out of a damaged data directory into a new one. The damaged one stays as it is.
package struct JournalSalvage {
    /// How many segments are written in one transaction.
    private static let batchSegments = 32

    private let reader: SalvageReader
    private let target: SQLiteJournal
    private var report = SalvageReport()
    private var queues: [QueueDefinition] = []
    private var lost: [QueueID: Int] = [:]
    private var highestQueue: UInt64 = 0
    private var position: UInt64 = 0

    /// Copies the journal in a data directory.
    ///
    /// - Throws: `JournalFailure` if nothing can be read, a broker uses the directory, or the target is not empty or
    ///   cannot be written.
    package static func run(directory path: String, into targetPath: String) throws -> SalvageReport {
        let directory = DataDirectory(path: path)
        guard case .other = fileKind(at: directory.database) else {
            throw JournalFailure(
                permanent: "there is no database \(directory.database): name the data directory of a broker"
            )
        }
        let lock = try DataDirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        let target = DataDirectory(path: targetPath)
        try target.create()
        try target.requireEmpty()
        do {
            var salvage = try JournalSalvage(directory, target: targetPath)
            defer { salvage.target.close() }
            try salvage.copyEverything()
            return salvage.finishedReport
        } catch let error as SQLiteError {
            throw JournalFailure.from(error, while: "read", in: directory)
        }
    }

    private init(_ directory: DataDirectory, target path: String) throws {
        let log = try LogMarkCheck(directory: directory).inspect()
        let connection = try JournalDatabase.openUnchanged(directory)
        try JournalDatabase.assumeNewestFormat(connection)
        reader = try SalvageReader(connection, directory)
        if let damage = log.damage { reader.note("log: \(damage.text)") }
        target = try SQLiteJournal(directory: path, durability: .full)
        _ = try target.recover()
    }

    private var finishedReport: SalvageReport {
        var report = report
        report.losses = reader.losses
        report.lostMessages = lost.sorted { $0.key.rawValue < $1.key.rawValue }.map { id, count in
            let queue = queues.first { $0.id == id }
            return .init(number: id.rawValue, virtualHost: queue?.virtualHost, name: queue?.name, count: count)
        }
        return report
    }

    private mutating func copyEverything() throws {
        var batch = nextBatch()
        batch.definitions = try definitions()
        batch.deliveryMarks = try reader.deliveryMarks()
        batch.deduplications = try reader.rows(DeduplicationEntry.self).map { .remember($0) }
        let stored = try reader.rows(StoredNumber.self).first { $0.key == StoredNumber.nextQueueID }
        highestQueue = max(highestQueue, (stored?.value ?? 1) - 1)
        try commit(batch)
        try copySegments()
    }

    private mutating func definitions() throws -> [DefinitionChange] {
        let virtualHosts = StateReader.join(
            try reader.rows(VirtualHostDefinition.self),
            try reader.rows(VirtualHostSettings.self)
        )
        let exchanges = try reader.rows(ExchangeDefinition.self)
        queues = try reader.rows(QueueDefinition.self)
        let bindings = try reader.rows(BindingDefinition.self)
        let users = StateReader.join(try reader.rows(UserDefinition.self), try reader.rows(UserLimitsRow.self))
        let permissions = try reader.rows(PermissionDefinition.self)
        let topicPermissions = try reader.rows(TopicPermissionDefinition.self)
        let policies = try reader.rows(PolicyDefinition.self)
        let pauses = try reader.rows(PausedQueueRow.self).map(\.queue)
        let known = Set(queues.map(\.id))
        highestQueue = queues.map(\.id.rawValue).max() ?? 0
        report.virtualHosts = virtualHosts.count
        report.exchanges = exchanges.count
        report.queues = queues.count
        report.bindings = bindings.count
        report.users = users.count
        report.permissions = permissions.count
        return virtualHosts.map { .putVirtualHost($0) } + exchanges.map { .putExchange($0) }
            + queues.map { .putQueue($0) } + bindings.map { .putBinding($0) } + users.map { .putUser($0) }
            + permissions.map { .putPermission($0) } + topicPermissions.map { .putTopicPermission($0) }
            + policies.map { .putPolicy($0) } + pauses.filter(known.contains).map { .pauseQueue($0) }
    }

    // MARK: Segments

    private mutating func copySegments() throws {
        let numbers = try reader.segmentNumbers()
        let noted = try reader.notedSegments(SettledRange.self).union(try reader.notedSegments(MessageUpdate.self))
        for number in noted.subtracting(numbers).sorted() {
            reader.note("segment \(number): it is missing: its messages are lost, their number is unknown")
        }
        var batch = nextBatch()
        for number in numbers {
            try copySegment(number, into: &batch)
            guard batch.segments.count >= JournalSalvage.batchSegments else { continue }
            try commit(batch)
            batch = nextBatch()
        }
        try commit(batch)
    }

    private mutating func copySegment(_ number: UInt64, into batch: inout JournalBatch) throws {
        guard let segment = try reader.segment(number) else { return }
        noteQueues(of: segment)
        guard let content = try reader.content(number) else { return noteLostMessages(of: segment) }
        batch.segments.append(
            SegmentWrite(
                id: segment.id,
                length: segment.length,
                memory: JournalSalvage.memory(content),
                pieces: content.isEmpty ? [] : [0..<content.count],
                index: segment.index
            )
        )
        batch.settlements.append(SettlementWrite(segment: segment.id, ranges: segment.settled))
        batch.updates += segment.updates
        report.segments += 1
        report.contentBytes += content.count
    }

    private static func memory(_ content: [UInt8]) -> SegmentMemory {
        let memory = SegmentMemory(capacity: content.count)
        memory.bytes.copyBytes(from: content)
        return memory
    }

    /// A queue's number must not be given again while messages bear it.
    private mutating func noteQueues(of segment: RecoveredSegment) {
        var highest = highestQueue
        _ = StoredMessages.forEach(in: segment.index) { queue, _ in highest = max(highest, queue.rawValue) }
        highestQueue = highest
    }

    private mutating func noteLostMessages(of segment: RecoveredSegment) {
        var places: [UpdatedPlace: UInt64] = [:]
        for update in segment.updates {
            places[UpdatedPlace(queue: update.queue, written: update.writtenOrdinal)] = update.ordinal
        }
        var counts: [QueueID: Int] = [:]
        _ = StoredMessages.forEach(in: segment.index) { queue, written in
            let ordinal = places[UpdatedPlace(queue: queue, written: written)] ?? written
            let isSettled = segment.settled.contains {
                $0.queue == queue && $0.first <= ordinal && ordinal <= $0.last
            }
            if !isSettled { counts[queue, default: 0] += 1 }
        }
        lost.merge(counts) { $0 + $1 }
        let total = counts.values.reduce(0, +)
        reader.note("segment \(segment.id.rawValue): its content is damaged: messages lost, in all queues: \(total)")
    }

    private struct UpdatedPlace: Hashable {
        var queue: QueueID
        var written: UInt64
    }

    // MARK: Writing

    private mutating func nextBatch() -> JournalBatch {
        position += 1
        return JournalBatch(position: JournalPosition(rawValue: position), nextQueueID: QueueID(rawValue: 1))
    }

    private func commit(_ batch: JournalBatch) throws {
        var batch = batch
        batch.nextQueueID = QueueID(rawValue: highestQueue + 1)
        try target.commit(batch)
        _ = try target.tidy(isIdle: false)
    }
}
