import LeveretCore

/// What must hold of a batch before anything of it is written. A batch that breaks a rule comes from a defect in
/// the broker; writing it would make a database that cannot be recovered.
struct BatchRules {
    let ledger: SegmentLedger

    func check(_ batch: JournalBatch) throws {
        try checkSegments(batch)
        guard !batch.settlements.isEmpty || !batch.updates.isEmpty else { return }
        let written = Set(batch.segments.map(\.id))
        for segment in batch.settlements.map(\.segment) + batch.updates.map(\.segment)
        where !written.contains(segment) && !ledger.contains(segment.rawValue) {
            throw broken("a note on segment \(segment.rawValue), which was never written")
        }
        for settlement in batch.settlements {
            guard settlement.ranges.allSatisfy({ $0.first <= $0.last }) else {
                throw broken("a settlement of segment \(settlement.segment.rawValue) that ends before it begins")
            }
        }
    }

    private func checkSegments(_ batch: JournalBatch) throws {
        var previous: SegmentID?
        for segment in batch.segments {
            let number = segment.id.rawValue
            guard number < Schema.segmentLimit else { throw broken("segment \(number), which is over the limit") }
            guard previous.map({ $0 < segment.id }) ?? true else { throw broken("segments that do not rise") }
            guard !ledger.contains(number) else { throw broken("segment \(number), which was written before") }
            guard segment.length >= 0, hasValidPieces(segment) else {
                throw broken("segment \(number) with pieces outside of its memory")
            }
            previous = segment.id
        }
    }

    private func hasValidPieces(_ segment: SegmentWrite) -> Bool {
        var end = 0
        for piece in segment.pieces {
            guard piece.lowerBound >= end else { return false }
            end = piece.upperBound
        }
        return end <= segment.memory.capacity
    }

    private func broken(_ what: String) -> JournalFailure {
        JournalFailure(permanent: "the broker wants to write \(what): report this as a defect")
    }
}
