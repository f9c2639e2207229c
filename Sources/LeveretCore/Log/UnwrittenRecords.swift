/// The live records that no batch has taken yet, counted by age, and whether any of them must be written at once.
///
/// Time is counted in looks, which are about as far apart as a commit takes.
struct UnwrittenRecords {
    /// Whether a record is not expected to be settled soon.
    var areUrgent = false
    /// The counts of the last three looks, in a ring.
    private var counts = (0, 0, 0)
    /// Where in the ring those are counted that come now.
    private(set) var place: UInt8 = 0
    /// Looks since there were settlements to be written.
    private var looksWithSettlements = 0

    /// How many looks settlements wait for, so that writing them does not always take along what is about to be settled.
    private static let longestWaitOfSettlements = 16

    var count: Int { counts.0 + counts.1 + counts.2 }

    mutating func add() { change(place, by: 1) }

    mutating func remove(from place: UInt8) { change(place, by: -1) }

    mutating func removeAll() { self = UnwrittenRecords() }

    /// Another look is over. Whether something has waited long enough: records for two whole looks, settlements for many.
    mutating func look(hasSettlements: Bool) -> Bool {
        place = (place + 1) % 3
        looksWithSettlements = hasSettlements ? looksWithSettlements + 1 : 0
        // The ring's next place is that of the oldest, which were there when the look before the last began.
        return count(at: place) > 0 || looksWithSettlements >= Self.longestWaitOfSettlements
    }

    private func count(at place: UInt8) -> Int {
        switch place {
        case 0: counts.0
        case 1: counts.1
        default: counts.2
        }
    }

    private mutating func change(_ place: UInt8, by difference: Int) {
        switch place {
        case 0: counts.0 += difference
        case 1: counts.1 += difference
        default: counts.2 += difference
        }
    }
}
