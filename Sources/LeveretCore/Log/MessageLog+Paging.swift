// Segments that leave memory, and come back

extension MessageLog {
    /// Gives up memory of stored segments until the limit is kept.
    mutating func evict() {
        while let segment = residency.nextToEvict() {
            residency.remove(segment)
            if let memory = segment.memory { retired.append(memory) }
            segment.memory = nil
        }
    }

    /// Takes a segment as the journal has read it back. `nil` if that is not what was written.
    mutating func load(_ id: SegmentID, _ restored: RestoredSegment?) -> Segment? {
        guard let segment = segmentsByID[id], segment.isLoading, let restored else { return nil }
        guard !segment.isResident else {
            // Only the index was wanted.
            segment.isLoading = false
            return segment
        }
        guard let memory = restored.memory(ofLength: segment.length) else { return nil }
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
        segment.isSummarized = recovered.runs != nil
        segments[Int(slot.rawValue)] = segment
        segmentsByID[recovered.id] = segment
        return segment
    }

    /// A queue knows messages by a run from now on.
    mutating func notePagedOut(_ entries: StoredEntries, of queue: QueueID) {
        let segment = self[entries.slot]
        segment.pagedCount += entries.count
        guard !segment.isSummarized else { return }
        segment.pagedRuns.append(entries.run(of: queue))
        guard segment.pagedCount == segment.journaledReferences else { return }
        segment.isSummarized = true
        summaries.append(SegmentSummary(segment: segment.id, length: segment.length, runs: segment.pagedRuns))
        segment.pagedRuns = []
    }

    /// A queue knows the messages of a run again, or has settled them.
    func notePagedIn(_ entries: StoredEntries, of queue: QueueID) {
        let segment = self[entries.slot]
        segment.pagedCount -= entries.count
        segment.pagedRuns.removeAll { $0.queue == queue && $0.first == entries.first }
    }

    /// Takes back all entries of a run.
    mutating func settle(_ entries: StoredEntries, of queue: Queue) {
        let segment = self[entries.slot]
        notePagedIn(entries, of: queue.id)
        segment.references -= entries.count
        segment.journaledReferences -= entries.count
        noteSettledInJournal(
            SettledRange(queue: queue.id, first: entries.first, last: entries.last),
            of: queue,
            in: segment
        )
        if segment.references == 0 { release(segment) } else { residency.becameEvictable(segment) }
    }

    /// Counts a run that was read back from the journal.
    func addRecoveredReferences(_ entries: StoredEntries) {
        let segment = self[entries.slot]
        segment.references += entries.count
        segment.journaledReferences += entries.count
        segment.pagedCount += entries.count
    }

    /// All references of a recovered segment have been added, and all that the index has been counted.
    mutating func noteRecovered(_ segment: Segment) {
        guard segment.references > 0 else { return dropRecovered(segment) }
        sparse.consider(segment)
    }

    /// As above, of a segment whose index was not read, but that holds messages of so many bytes at least.
    mutating func noteRecovered(_ segment: Segment, liveBytes: Int) {
        guard segment.references > 0 else { return dropRecovered(segment) }
        segment.writtenReferences = segment.journaledReferences
        sparse.consider(segment, liveBytes: liveBytes)
    }

    private mutating func dropRecovered(_ segment: Segment) {
        deadSegments.append(segment.id)
        free(segment)
    }

    /// All segments, for checks.
    var all: [Segment] { segments.compactMap { $0 } }
}
