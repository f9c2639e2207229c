import LeveretCore

/// Which segments the database holds, and which rows beside them, so that a commit need not look.
struct SegmentLedger {
    /// The numbers that the next rows of a segment's notes get within it.
    struct NextRows {
        var settlement = 0
        var update = 0
        /// Whether there is a summary of the segment.
        var hasSummary = false
    }

    /// What a transaction does to the ledger once it is committed.
    struct Changes {
        var nextRows: [UInt64: NextRows] = [:]
        var deleted: [UInt64] = []
    }

    private var nextRows: [UInt64: NextRows] = [:]

    func contains(_ segment: UInt64) -> Bool { nextRows[segment] != nil }

    /// Nil if there is no such segment.
    func nextRows(of segment: UInt64, _ changes: Changes) -> NextRows? {
        changes.nextRows[segment] ?? nextRows[segment]
    }

    mutating func recovered(_ segment: UInt64, nextRows rows: NextRows) {
        nextRows[segment] = rows
    }

    mutating func apply(_ changes: Changes) {
        nextRows.merge(changes.nextRows) { $1 }
        for segment in changes.deleted { nextRows[segment] = nil }
    }
}
