// What the journal is given

extension MessageLog {
    var hasWorkForJournal: Bool { hasSettlements || unwritten.count > 0 }

    /// Whether there is something to be written of segments that the journal has.
    var hasSettlements: Bool {
        !deadSegments.isEmpty || !settledSegments.isEmpty || !updatedSegments.isEmpty || sparse.areTooMany
    }

    /// Whether all that has to be written may wait a little: records for being settled, settlements for others.
    var mayWait: Bool { !unwritten.areUrgent && (unwritten.count > 0 || hasSettlements) }

    /// Moves what the journal has to know into a batch.
    mutating func cut(into batch: inout JournalBatch) -> [Segment] {
        let written = uncut.filter { cut($0, into: &batch) }
        uncut.removeAll(keepingCapacity: true)
        noteCut(written)
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
        batch.summaries = summaries.filter { segmentsByID[$0.segment] != nil }
        summaries.removeAll(keepingCapacity: true)
        batch.sparseSegments = sparse.take()
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
        segment.writtenReferences = segment.journaledReferences
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
        noteStored()
        for segment in written where segment.phase == .cut {
            segment.phase = .stored
            residency.becameEvictable(segment)
        }
        evict()
    }
}
