import LeveretCore
import LeveretJournal
import LeveretModel
import LeveretSimulation

/// Batches of every kind, one after the other, and what a journal must hold after each.
struct JournalWorkload {
    private(set) var batches: [JournalBatch] = []
    /// What is there before the first batch, after the first, and so on.
    private(set) var contents: [JournalContents] = []

    init(batches count: Int, seed: UInt64 = 7) throws {
        var generator = Generator(state: seed)
        var image = JournalImage()
        contents.append(JournalContents(image))
        for number in 1...UInt64(count) {
            let batch = JournalWorkload.batch(number, image, &generator)
            try image.apply(batch)
            batches.append(batch)
            contents.append(JournalContents(image))
        }
    }

    /// Small pages and small limits, so that a few commits reach what takes a real broker thousands.
    static func settings(_ disk: FaultyDisk?, durability: Durability = .full) -> JournalSettings {
        var settings = JournalSettings(durability: durability)
        settings.pageSize = 1_024
        settings.checkpointBytes = 40 << 10
        settings.logPieceBytes = 1 << 10
        settings.separateContentBytes = 200
        settings.contentFileBytes = 16 << 10
        settings.noteRowLimit = 2
        settings.unusedBytes = 4 << 10
        settings.vacuumPages = 4
        settings.fileSystem = disk?.name
        return settings
    }

    // MARK: One batch

    private static let queues: ClosedRange<UInt64> = 1...3

    private static func batch(_ number: UInt64, _ image: JournalImage, _ random: inout Generator) -> JournalBatch {
        var batch = JournalBatch(
            position: JournalPosition(rawValue: number),
            nextQueueID: QueueID(rawValue: 4 + number / 10)
        )
        if number == 1 { batch.definitions = queues.map { .putQueue(DefinitionSamples.queue($0, "q\($0)")) } }
        if number.isMultiple(of: 10) { batch.definitions = replacedQueue(number / 10) }
        if !number.isMultiple(of: 7) {
            let bytes = 100 + Int(random.next(below: number.isMultiple(of: 50) ? 20_000 : 300))
            batch.segments = [.make(number, bytes: bytes, index: [UInt8(number & 0xFF)])]
        }
        if number.isMultiple(of: 3) { note(image, into: &batch, &random) }
        if number.isMultiple(of: 4) { batch.deduplications = deduplications(number, &random) }
        if number.isMultiple(of: 5) {
            batch.deliveryMarks = [.make(random.next(in: queues), number)]
        }
        return batch
    }

    /// A durable queue comes, and the one before it goes.
    private static func replacedQueue(_ round: UInt64) -> [DefinitionChange] {
        let put = DefinitionChange.putQueue(DefinitionSamples.queue(3 + round, "passing \(round)"))
        return round == 1 ? [put] : [put, .deleteQueue(QueueID(rawValue: 2 + round))]
    }

    private static func note(_ image: JournalImage, into batch: inout JournalBatch, _ random: inout Generator) {
        let segments = image.segments.map(\.id.rawValue)
        guard segments.count > 5 else { return }
        batch.deletedSegments = segments.prefix(max(0, segments.count - 10)).map { SegmentID(rawValue: $0) }
        let living = segments.suffix(5)
        let settled = random.next(below: 1 << 20)
        batch.settlements = [.make(living[living.startIndex], queue: random.next(in: queues), settled...(settled + 3))]
        batch.updates = living.suffix(2).map {
            .make($0, queue: random.next(in: queues), written: random.next(below: 4), ordinal: batch.position.rawValue)
        }
    }

    private static func deduplications(_ number: UInt64, _ random: inout Generator) -> [DeduplicationChange] {
        let scope = DeduplicationScope.queue(QueueID(rawValue: random.next(in: queues)))
        var changes: [DeduplicationChange] = [.remember(.make(scope, "key \(random.next(below: 30))", number))]
        if number.isMultiple(of: 8) { changes.append(.forget(scope, key: Array("key \(random.next(below: 30))".utf8))) }
        if number.isMultiple(of: 40) { changes.append(.forgetAll(scope)) }
        return changes
    }

    private struct Generator {
        var state: UInt64

        mutating func next(below bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }

        mutating func next(in range: ClosedRange<UInt64>) -> UInt64 {
            range.lowerBound + next(below: range.upperBound - range.lowerBound + 1)
        }
    }
}

/// Everything that a journal holds, in a form that can be compared.
struct JournalContents: Hashable {
    struct Segment: Hashable {
        var length: Int
        var index: [UInt8]
        var content: [UInt8]
        var settled: [SettledRange]
        var updates: Set<MessageUpdate>
    }

    private var queues: Set<QueueDefinition>
    private var segments: [UInt64: Segment] = [:]
    private var marks: Set<DeliveryMark>
    private var deduplications: [DeduplicationEntry]
    private var nextQueueID: QueueID

    init(_ image: JournalImage) {
        self.init(image.recovered, contents: image.segments.map(\.content))
    }

    /// Recovers a journal that was just opened, and reads every segment.
    init(recovering journal: SQLiteJournal) throws {
        let state = try journal.recover()
        self.init(state, contents: try state.segments.map { try journal.loadSegment($0.id) })
    }

    private init(_ state: RecoveredState, contents: [[UInt8]]) {
        queues = Set(state.queues)
        marks = Set(state.deliveryMarks)
        deduplications = state.deduplications
        nextQueueID = state.nextQueueID
        for (segment, content) in zip(state.segments, contents) {
            segments[segment.id.rawValue] = Segment(
                length: segment.length,
                index: segment.index,
                content: content,
                settled: segment.settled.united,
                updates: Set(segment.updates)
            )
        }
    }
}
