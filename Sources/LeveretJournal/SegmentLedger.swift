import LeveretCore

/// Which segments the database holds, and how many rows of settlements each has, so that a commit need not look.
struct SegmentLedger {
    /// What a transaction does to the ledger once it is committed.
    struct Changes {
        var settlementRows: [UInt64: Int] = [:]
        var deleted: [UInt64] = []
    }

    private var settlementRows: [UInt64: Int] = [:]

    func contains(_ segment: UInt64) -> Bool { settlementRows[segment] != nil }

    /// The number that the next settlement of a segment gets within it; nil if there is no such segment.
    func nextRow(of segment: UInt64, _ changes: Changes) -> Int? {
        changes.settlementRows[segment] ?? settlementRows[segment]
    }

    mutating func recovered(_ segment: UInt64, settlementRows rows: Int) {
        settlementRows[segment] = rows
    }

    mutating func apply(_ changes: Changes) {
        settlementRows.merge(changes.settlementRows) { $1 }
        for segment in changes.deleted { settlementRows[segment] = nil }
    }
}
