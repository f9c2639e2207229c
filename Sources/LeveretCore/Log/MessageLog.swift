import DequeModule

/// The broker's message log: append-only segments that hold every message once, however many queues it lies in.
///
/// Persistent messages in durable queues go to durable segments, whose bytes the journal commits as they are.
/// All others go to volatile segments, which live in memory only.
struct MessageLog {
    var segments: [Segment?] = []
    private var freeSlots: [SegmentSlot] = []
    var segmentsByID: [SegmentID: Segment] = [:]
    private var volatileTail: Segment?
    var durableTail: Segment?
    var nextSegmentID: UInt64 = 1
    private var pool: MemoryPool
    /// Memory of freed segments; effects may refer to it until the next command.
    var retired: [SegmentMemory] = []
    var residency: Residency
    /// Bytes of live records that are not in the journal yet, and those of them that a batch has taken.
    private(set) var unstoredBytes = 0
    private(set) var cutBytes = 0
    /// Durable segments that no batch has taken yet, in order.
    var uncut: [Segment] = []
    /// What of their records has still to be written.
    var unwritten = UnwrittenRecords()
    /// Counts batches, and looks at what waits for one.
    private(set) var round: UInt64 = 0
    /// How many batches have been cut, and whether the last is being written.
    private var cuts = 0
    private var isCutUnderWay = false
    /// Stored or cut segments with settlements that no batch has taken yet.
    var settledSegments: [Segment] = []
    /// Stored or cut segments with messages that have changed since the last batch.
    var updatedSegments: [Segment] = []
    /// What lives in stored segments that no batch has said yet.
    var summaries: [SegmentSummary] = []
    /// Stored or cut segments in which nothing lives any more.
    var deadSegments: [SegmentID] = []
    var sparse: SparseSegments

    init(limits: CoreLimits) {
        pool = MemoryPool(capacity: limits.segmentCapacity)
        residency = Residency(limit: limits.residentBytes)
        sparse = SparseSegments(limits: limits)
    }

    subscript(slot: SegmentSlot) -> Segment { segments[Int(slot.rawValue)]! }

    /// The record of a queue's entry, unless it is in the journal only. Inlined: the log would be copied to be lent.
    @inline(__always)
    func record(of entry: QueueEntry) -> RecordReference? { self[entry.slot].reference(to: entry.offset) }

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

// MARK: - What waits for the journal

extension MessageLog {
    /// A batch has taken all that was to be taken.
    mutating func noteCut(_ written: [Segment]) {
        cutBytes = unstoredBytes
        unwritten.removeAll()
        round += 1
        cuts += 1
        for segment in written { segment.cut = cuts }
        isCutUnderWay = true
    }

    /// That batch is in the journal.
    mutating func noteStored() {
        unstoredBytes -= cutBytes
        cutBytes = 0
        isCutUnderWay = false
    }

    /// A time as long as a commit takes has passed. Whether something has waited long enough for being settled.
    mutating func look() -> Bool {
        round += 1
        uncut.removeAll { $0.phase == .freed }
        return unwritten.look(hasSettlements: hasSettlements)
    }
}

// MARK: - Appending

extension MessageLog {
    /// Appends a message that lives in memory only, with references to it that only memory has to remember.
    mutating func appendVolatile(
        _ publishing: PublishingView,
        references: Int
    ) -> LogPlace {
        let size = Record.size(of: publishing)
        if let place = volatileTail?.append(publishing, size: size, references: references) {
            residency.grow(by: size)
            return place
        }
        let segment = openVolatile(for: size)
        write(publishing, size: size, index: 0, into: segment)
        segment.references += references
        return LogPlace(slot: segment.slot, offset: 0)
    }

    /// Appends a message that the journal is to keep. References are to be added by `addReference`.
    mutating func appendDurable(
        _ publishing: PublishingView,
        ticket: ConfirmTicket?,
        references: Int
    ) -> (segment: Segment, place: LogPlace) {
        let size = Record.size(of: publishing)
        let segment = durableSegment(for: size)
        let place = LogPlace(slot: segment.slot, offset: UInt32(truncatingIfNeeded: segment.length))
        let record = UncommittedRecord(
            offset: place.offset,
            length: UInt32(truncatingIfNeeded: size),
            bodyLength: UInt32(truncatingIfNeeded: publishing.body.count),
            firstReference: UInt32(truncatingIfNeeded: segment.uncommittedReferences.count),
            referenceCount: UInt32(truncatingIfNeeded: references),
            liveReferences: UInt32(truncatingIfNeeded: references),
            ticket: ticket,
            place: unwritten.place
        )
        unwritten.add()
        write(publishing, size: size, index: segment.uncommitted.count, into: segment)
        unstoredBytes += size
        segment.uncommitted.append(record)
        return (segment, place)
    }

    private mutating func write(_ publishing: PublishingView, size: Int, index: Int, into segment: Segment) {
        segment.write(publishing, size: size, index: index)
        residency.grow(by: size)
    }

    private mutating func openVolatile(for size: Int) -> Segment {
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
        if let previous, previous.references == 0, previous.phase != .freed { release(previous) }
        // Where all is settled at once no batch comes that would take them off.
        while let last = uncut.last, last.phase == .freed { uncut.removeLast() }
        uncut.append(segment)
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

    mutating func takeSlot() -> SegmentSlot {
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
    mutating func addJournaledReference(
        to segment: Segment,
        queue: Queue,
        ordinal: UInt64,
        details: ReferenceDetails? = nil
    ) {
        segment.references += 1
        segment.journaledReferences += 1
        queue.forecast.noteArrival(in: round)
        if !queue.forecast.isHopeful || !queue.canDeliver { unwritten.areUrgent = true }
        var reference = UncommittedReference(queue: queue.id, ordinal: ordinal)
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
        if self[entry.slot].forgetsOneOfMany() { return nil }
        let segment = self[entry.slot]
        segment.references -= 1
        var ticket: ConfirmTicket?
        if queue.isJournaled, segment.phase != .volatile {
            segment.journaledReferences -= 1
            if segment.phase == .open || isFresh(segment) {
                queue.forecast.noteSettlement(beforeCut: segment.phase == .open, in: round)
            }
            ticket = noteSettled(entry, of: queue, in: segment)
        }
        if segment.references == 0 { release(segment) } else { residency.becameEvictable(segment) }
        return ticket
    }

    /// Whether the segment is being written, or was by the batch before the one that is being written.
    private func isFresh(_ segment: Segment) -> Bool {
        segment.phase == .cut || isCutUnderWay && segment.cut + 1 == cuts
    }

    /// The confirm of a message that is not written yet waits for the journal from now on, even if all of the message's
    /// entries are settled before: something else has to be written of it. `false` if the entry is its last one, whose
    /// ticket `settle` gives, or if no confirm waits.
    func leaveConfirmToJournal(_ entry: QueueEntry, of queue: Queue) -> Bool {
        let segment = self[entry.slot]
        guard queue.isJournaled, segment.phase == .open,
            let index = segment.reference(to: entry.offset)?.record.index,
            segment.uncommitted[index].liveReferences > 1, segment.uncommitted[index].ticket != nil
        else { return false }
        segment.uncommitted[index].ticket = nil
        return true
    }

    private mutating func noteSettled(_ entry: QueueEntry, of queue: Queue, in segment: Segment) -> ConfirmTicket? {
        guard segment.phase == .open else {
            let range = SettledRange(queue: queue.id, first: entry.ordinal, last: entry.ordinal)
            noteSettledInJournal(range, of: queue, in: segment)
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
        guard segment.uncommitted[index].liveReferences == 0 else { return nil }
        unwritten.remove(from: segment.uncommitted[index].place)
        unstoredBytes -= Int(segment.uncommitted[index].length)
        return segment.uncommitted[index].ticket
    }

    mutating func noteSettledInJournal(_ range: SettledRange, of queue: Queue, in segment: Segment) {
        guard segment.journaledReferences > 0 else {
            deadSegments.append(segment.id)
            segment.settled = []
            segment.updates = []
            sparse.forget(segment)
            return
        }
        sparse.consider(segment)
        // A queue that is gone needs no settlements.
        guard !queue.isDeleted else { return }
        if segment.settled.isEmpty { settledSegments.append(segment) }
        segment.noteSettled(range)
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
    mutating func release(_ segment: Segment) {
        guard segment !== volatileTail, !(segment === durableTail && segment.phase == .open) else { return }
        free(segment)
    }

    mutating func free(_ segment: Segment) {
        residency.remove(segment)
        if segment === durableTail { durableTail = nil }
        segmentsByID[segment.id] = nil
        segment.phase = .freed
        segment.uncommitted = []
        segment.uncommittedReferences = []
        segment.uncommittedDetails = []
        segment.settled = []
        segment.updates = []
        segment.pagedRuns = []
        if let memory = segment.memory { retired.append(memory) }
        segment.memory = nil
        segments[Int(segment.slot.rawValue)] = nil
        freeSlots.append(segment.slot)
    }
}

extension Segment {
    /// Takes back one of several entries in a segment that lives in memory only. `false` if there is more to do.
    fileprivate func forgetsOneOfMany() -> Bool {
        guard phase == .volatile, references > 1 else { return false }
        references -= 1
        return true
    }

    /// Appends a record that only memory has to remember. `nil` if there is no room for it.
    fileprivate func append(_ publishing: PublishingView, size: Int, references added: Int) -> LogPlace? {
        guard hasRoom(for: size) else { return nil }
        let place = LogPlace(slot: slot, offset: UInt32(truncatingIfNeeded: length))
        write(publishing, size: size, index: 0)
        references += added
        return place
    }

    fileprivate func write(_ publishing: PublishingView, size: Int, index: Int) {
        guard let memory, let base = memory.bytes.baseAddress else { return }
        Record.write(publishing, size: size, offset: length, index: index, at: base + start + length)
        length += size
    }

    fileprivate func hasRoom(for size: Int) -> Bool {
        guard let memory else { return false }
        return start + length + size <= memory.capacity
    }
}
