import LeveretCore

/// Which segments the database holds, and which rows beside them, so that a commit need not look.
struct SegmentLedger {
    /// The numbers that the next rows of a segment's notes get within it.
    struct NextRows {
        var settlement = 0
        var update = 0
        /// Whether there is a summary of the segment.
        var hasSummary = false
        /// Where the content of the segment lies; nil if it lies in the segment's row.
        var place: ContentPlace?
    }

    /// What a transaction does to the ledger once it is committed.
    struct Changes {
        var nextRows: [UInt64: NextRows] = [:]
        var deleted: [UInt64] = []
    }

    /// Which contents in files there are since a transaction was committed, and which nobody speaks of any more.
    struct PlaceChanges {
        var added: [ContentPlace] = []
        var released: [ContentPlace] = []
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

    mutating func apply(_ changes: Changes) -> PlaceChanges {
        var places = PlaceChanges()
        for (segment, rows) in changes.nextRows {
            let old = nextRows.updateValue(rows, forKey: segment)?.place
            guard old != rows.place else { continue }
            if let old { places.released.append(old) }
            if let new = rows.place { places.added.append(new) }
        }
        for segment in changes.deleted {
            if let place = nextRows.removeValue(forKey: segment)?.place { places.released.append(place) }
        }
        return places
    }
}
