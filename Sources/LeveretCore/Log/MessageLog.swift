import DequeModule

/// The broker's message log: append-only segments that hold every message once, however many queues it lies in.
///
/// Persistent messages in durable queues go to durable segments, whose bytes the journal commits as they are.
/// All others go to volatile segments, which live in memory only.
struct MessageLog {
    private var segments: [Segment?] = []
    private var freeSlots: [SegmentSlot] = []
    private var segmentsByID: [SegmentID: Segment] = [:]
    private var volatileTail: Segment?
    private var durableTail: Segment?
    private var nextSegmentID: UInt64 = 1
    private var pool: MemoryPool
    /// Memory of freed segments; effects may refer to it until the next command.
    private var retired: [SegmentMemory] = []
    private(set) var residency: Residency
    /// Durable segments that no batch has taken yet, in order.
    private(set) var uncut: [Segment] = []
    /// Stored or cut segments with settlements that no batch has taken yet.
    private(set) var settledSegments: [Segment] = []
    /// Stored or cut segments with messages that have changed since the last batch.
    private(set) var updatedSegments: [Segment] = []
    /// Stored or cut segments in which nothing lives any more.
    private(set) var deadSegments: [SegmentID] = []

    init(limits: CoreLimits) {
        pool = MemoryPool(capacity: limits.segmentCapacity)
        residency = Residency(limit: limits.residentBytes)
    }

    subscript(slot: SegmentSlot) -> Segment { segments[Int(slot.rawValue)]! }

    /// Lets memory be reused that effects of earlier commands referred to.
    mutating func beginCommand() {
        while var memory = retired.popLast() { pool.recycle(&memory) }
        if let tail = volatileTail, tail.references == 0, tail.length > 0 {
            rewind(tail)
        }
    }

    private mutating func rewind(_ tail: Segment) {
        guard isKnownUniquelyReferenced(&tail.memory) else {
            free(tail)
            volatileTail = nil
            return
        }
        residency.remove(tail)
        tail.length = 0
    }
}

// MARK: - Appending

extension MessageLog {
    /// Appends a message that lives in memory only.
    mutating func appendVolatile(_ publishing: PublishingView) -> (segment: Segment, offset: UInt32) {
        let size = Record.size(of: publishing)
        let segment = volatileSegment(for: size)
        let offset = segment.length
        write(publishing, size: size, index: 0, into: segment)
        return (segment, UInt32(truncatingIfNeeded: offset))
    }

    /// Appends a message that the journal is to keep. References are to be added by `addReference`.
    mutating func appendDurable(
        _ publishing: PublishingView,
        ticket: ConfirmTicket?,
        references: Int
    ) -> (segment: Segment, offset: UInt32) {
        let size = Record.size(of: publishing)
        let segment = durableSegment(for: size)
        let offset = segment.length
        let record = UncommittedRecord(
            offset: UInt32(truncatingIfNeeded: offset),
            length: UInt32(truncatingIfNeeded: size),
            bodyLength: UInt32(truncatingIfNeeded: publishing.body.count),
            firstReference: UInt32(truncatingIfNeeded: segment.uncommittedReferences.count),
            referenceCount: UInt32(truncatingIfNeeded: references),
            liveReferences: UInt32(truncatingIfNeeded: references),
            ticket: ticket
        )
        write(publishing, size: size, index: segment.uncommitted.count, into: segment)
        segment.uncommitted.append(record)
        return (segment, UInt32(truncatingIfNeeded: offset))
    }

    private mutating func write(_ publishing: PublishingView, size: Int, index: Int, into segment: Segment) {
        guard let memory = segment.memory, let base = memory.bytes.baseAddress else { return }
        let destination = base + segment.start + segment.length
        Record.write(publishing, size: size, offset: segment.length, index: index, at: destination)
        segment.length += size
        residency.grow(segment, by: size)
    }

    private mutating func volatileSegment(for size: Int) -> Segment {
        if let tail = volatileTail, tail.hasRoom(for: size) { return tail }
        if let tail = volatileTail { closeVolatile(tail) }
        let segment = makeSegment(phase: .volatile, memory: pool.take(atLeast: size), start: 0)
        volatileTail = segment
        return segment
    }

    private mutating func closeVolatile(_ tail: Segment) {
        volatileTail = nil
        if tail.references == 0 { free(tail) }
    }

    private mutating func durableSegment(for size: Int) -> Segment {
        if let tail = durableTail, tail.phase == .open, tail.hasRoom(for: size) { return tail }
        let block = durableTail.flatMap { $0.hasRoom(for: size) ? $0.memory : nil }
        let start = block == nil ? 0 : durableTail.map { $0.start + $0.length } ?? 0
        let previous = durableTail
        let segment = makeSegment(phase: .open, memory: block ?? pool.take(atLeast: size), start: start)
        durableTail = segment
        uncut.append(segment)
        if let previous, previous.references == 0, previous.phase != .freed { release(previous) }
        return segment
    }

    private mutating func makeSegment(phase: Segment.Phase, memory: SegmentMemory?, start: Int) -> Segment {
        let slot = takeSlot()
        let id = SegmentID(rawValue: phase == .volatile ? 0 : nextSegmentID)
        if phase != .volatile { nextSegmentID += 1 }
        let segment = Segment(slot: slot, id: id, phase: phase, memory: memory, start: start)
        segments[Int(slot.rawValue)] = segment
        return segment
    }

    private mutating func takeSlot() -> SegmentSlot {
        if let slot = freeSlots.popLast() { return slot }
        segments.append(nil)
        return SegmentSlot(rawValue: UInt32(segments.count - 1))
    }
}

// MARK: - References

extension MessageLog {
    /// Counts a queue's entry, or a pin, that only memory has to remember.
    func addReference(to segment: Segment) {
        segment.references += 1
    }

    /// Counts an entry of a durable queue in a durable segment.
    func addJournaledReference(
        to segment: Segment,
        queue: QueueID,
        ordinal: UInt64,
        details: ReferenceDetails? = nil
    ) {
        segment.references += 1
        segment.journaledReferences += 1
        var reference = UncommittedReference(queue: queue, ordinal: ordinal)
        if let details {
            reference.details = Int32(segment.uncommittedDetails.count)
            segment.uncommittedDetails.append(details)
        }
        segment.uncommittedReferences.append(reference)
    }

    /// Counts an entry of a durable queue that was read back from the journal's index.
    func addRecoveredReference(to segment: Segment) {
        segment.references += 1
        segment.journaledReferences += 1
    }

    /// Takes back a pin.
    mutating func removeReference(from segment: Segment) {
        segment.references -= 1
        if segment.references == 0 { release(segment) }
    }

    /// Takes back a queue's entry. Gives the ticket of a confirm that need not wait for the journal any more.
    mutating func settle(_ entry: QueueEntry, of queue: Queue) -> ConfirmTicket? {
        let segment = self[entry.slot]
        segment.references -= 1
        var ticket: ConfirmTicket?
        if queue.isJournaled, segment.phase != .volatile {
            segment.journaledReferences -= 1
            ticket = noteSettled(entry, of: queue, in: segment)
        }
        if segment.references == 0 { release(segment) } else { residency.becameEvictable(segment) }
        return ticket
    }

    private mutating func noteSettled(_ entry: QueueEntry, of queue: Queue, in segment: Segment) -> ConfirmTicket? {
        guard segment.phase == .open else {
            noteSettledInJournal(entry, of: queue, in: segment)
            return nil
        }
        guard let record = segment.reference(to: entry.offset)?.record else { return nil }
        let index = record.index
        let first = Int(segment.uncommitted[index].firstReference)
        let count = Int(segment.uncommitted[index].referenceCount)
        for position in first..<(first + count) where segment.uncommittedReferences[position].queue == queue.id {
            segment.uncommittedReferences[position].isSettled = true
        }
        segment.uncommitted[index].liveReferences -= 1
        return segment.uncommitted[index].liveReferences == 0 ? segment.uncommitted[index].ticket : nil
    }

    private mutating func noteSettledInJournal(_ entry: QueueEntry, of queue: Queue, in segment: Segment) {
        if segment.journaledReferences == 0 {
            deadSegments.append(segment.id)
            segment.settled = []
            segment.updates = []
        } else if !queue.isDeleted {
            if segment.settled.isEmpty { settledSegments.append(segment) }
            segment.noteSettled(queue: queue.id, ordinal: entry.ordinal)
        }
    }

    /// Notes what has changed of a message in a durable queue, so that a restart finds it as it is. The entry is as it
    /// is now; it may have been at another place before.
    mutating func noteUpdate(
        _ entry: QueueEntry,
        from oldOrdinal: UInt64,
        of queue: Queue,
        history: inout MessageHistory,
        dueAt: UInt64
    ) {
        let segment = self[entry.slot]
        guard queue.isJournaled, segment.phase != .volatile else { return }
        guard segment.phase == .open else {
            if segment.updates.isEmpty { updatedSegments.append(segment) }
            segment.updates.append(
                MessageUpdate(
                    segment: segment.id,
                    queue: queue.id,
                    writtenOrdinal: history.writtenOrdinal,
                    ordinal: entry.ordinal,
                    failures: history.failures,
                    returns: history.returns,
                    dueAt: dueAt
                )
            )
            return
        }
        history.writtenOrdinal = entry.ordinal
        segment.updateUncommitted(queue: queue.id, oldOrdinal, at: entry.offset) { reference, details in
            reference.ordinal = entry.ordinal
            details.dueAt = dueAt
            details.failures = history.failures
            details.returns = history.returns
        }
    }

    /// Nothing refers to the segment: frees it unless records are still to be appended to it.
    private mutating func release(_ segment: Segment) {
        guard segment !== volatileTail, !(segment === durableTail && segment.phase == .open) else { return }
        free(segment)
    }

    private mutating func free(_ segment: Segment) {
        residency.remove(segment)
        if segment === durableTail { durableTail = nil }
        segmentsByID[segment.id] = nil
        segment.phase = .freed
        segment.uncommitted = []
        segment.uncommittedReferences = []
        segment.uncommittedDetails = []
        segment.settled = []
        segment.updates = []
        if let memory = segment.memory { retired.append(memory) }
        segment.memory = nil
        segments[Int(segment.slot.rawValue)] = nil
        freeSlots.append(segment.slot)
    }
}

// MARK: - Batches

extension MessageLog {
    var hasWorkForJournal: Bool {
        !deadSegments.isEmpty || !settledSegments.isEmpty || !updatedSegments.isEmpty
            || uncut.contains { $0.journaledReferences > 0 }
    }

    /// Moves what the journal has to know into a batch.
    mutating func cut(into batch: inout JournalBatch) -> [Segment] {
        let written = uncut.filter { cut($0, into: &batch) }
        uncut.removeAll(keepingCapacity: true)
        for segment in settledSegments where !segment.settled.isEmpty {
            batch.settlements.append(SettlementWrite(segment: segment.id, ranges: segment.settled))
            segment.settled.removeAll(keepingCapacity: true)
        }
        settledSegments.removeAll(keepingCapacity: true)
        for segment in updatedSegments {
            batch.updates += segment.updates
            segment.updates.removeAll(keepingCapacity: true)
        }
        updatedSegments.removeAll(keepingCapacity: true)
        batch.deletedSegments = deadSegments
        deadSegments = []
        return written
    }

    /// Takes one open segment into the batch, unless nothing in it has to survive.
    private mutating func cut(_ segment: Segment, into batch: inout JournalBatch) -> Bool {
        guard segment.phase == .open else { return false }
        guard segment.journaledReferences > 0, let memory = segment.memory else {
            makeVolatile(segment)
            return false
        }
        batch.segments.append(
            SegmentWrite(
                id: segment.id,
                length: segment.length,
                memory: memory,
                pieces: livePieces(of: segment),
                index: SegmentIndex.encode(segment)
            )
        )
        segment.phase = .cut
        segment.uncommitted = []
        segment.uncommittedReferences = []
        segment.uncommittedDetails = []
        segmentsByID[segment.id] = segment
        return true
    }

    private mutating func makeVolatile(_ segment: Segment) {
        if segment.references == 0 {
            free(segment)
        } else {
            segment.phase = .volatile
            segment.uncommitted = []
            segment.uncommittedReferences = []
            segment.uncommittedDetails = []
            if segment === durableTail { durableTail = nil }
        }
    }

    private func livePieces(of segment: Segment) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        for record in segment.uncommitted where record.liveReferences > 0 {
            let lower = segment.start + Int(record.offset)
            let upper = lower + Int(record.length)
            if let last = pieces.indices.last, pieces[last].upperBound == lower {
                pieces[last] = pieces[last].lowerBound..<upper
            } else {
                pieces.append(lower..<upper)
            }
        }
        return pieces
    }

    /// The segments of a batch are in the journal now.
    mutating func markStored(_ written: [Segment]) {
        for segment in written where segment.phase == .cut {
            segment.phase = .stored
            residency.becameEvictable(segment)
        }
        evict()
    }
}

// MARK: - Paging

extension MessageLog {
    /// Gives up memory of stored segments until the limit is kept.
    mutating func evict() {
        while let segment = residency.nextToEvict() {
            residency.remove(segment)
            if let memory = segment.memory { retired.append(memory) }
            segment.memory = nil
        }
    }

    /// Takes a segment as the journal has read it back. `false` if the content is not what was written.
    mutating func load(_ id: SegmentID, content: UnsafeRawBufferPointer) -> Segment? {
        guard let segment = segmentsByID[id], segment.isLoading, let source = content.baseAddress else { return nil }
        let memory = SegmentMemory(capacity: segment.length)
        guard let destination = memory.bytes.baseAddress else { return nil }
        var position = 0
        while position < content.count {
            let start = source + position
            let available = content.count - position
            guard Record.isWellFormed(at: start, available: available, segmentLength: segment.length) else {
                return nil
            }
            let record = Record(at: start)
            (destination + Int(record.offset)).copyMemory(from: start, byteCount: record.length)
            position += record.length
        }
        segment.memory = memory
        segment.start = 0
        segment.isLoading = false
        residency.loaded(segment)
        return segment
    }

    /// Whether the segment still exists and waits to be read back.
    func isWaiting(for id: SegmentID) -> Bool { segmentsByID[id]?.isLoading ?? false }

    /// Adds a segment that the journal holds. Its references are added as its index is read.
    mutating func recover(_ recovered: RecoveredSegment) -> Segment {
        nextSegmentID = max(nextSegmentID, recovered.id.rawValue + 1)
        let slot = takeSlot()
        let segment = Segment(slot: slot, id: recovered.id, phase: .stored, memory: nil, start: 0)
        segment.length = recovered.length
        segments[Int(slot.rawValue)] = segment
        segmentsByID[recovered.id] = segment
        return segment
    }

    /// Drops a recovered segment in which nothing lives.
    mutating func dropRecovered(_ segment: Segment) {
        deadSegments.append(segment.id)
        free(segment)
    }

    /// All segments, for checks.
    var all: [Segment] { segments.compactMap { $0 } }
}

extension Segment {
    fileprivate func hasRoom(for size: Int) -> Bool {
        guard let memory else { return false }
        return start + length + size <= memory.capacity
    }
}
