import DequeModule

/// Messages of one priority, by rising ordinal.
///
/// A message that leaves from the middle, because its time is up, leaves a gap that is closed later; the first place
/// is never a gap.
struct EntryLine {
    private var entries = Deque<QueueEntry>()
    private var gapCount = 0
    /// The latest deadline that was ever in the line.
    private var latestDeadline: UInt64 = 0

    var count: Int { entries.count - gapCount }
    var isEmpty: Bool { entries.isEmpty }
    var first: QueueEntry? { entries.first }

    /// Adds a message that is younger than all others. `false` if some message before it lives longer, so that the
    /// first message's deadline says nothing of this one's.
    mutating func append(_ entry: QueueEntry) -> Bool {
        entries.append(entry)
        guard entry.deadline >= latestDeadline else { return false }
        latestDeadline = entry.deadline
        return true
    }

    mutating func removeFirst() -> QueueEntry {
        let entry = entries.removeFirst()
        if gapCount > 0 { trimFront() }
        return entry
    }

    /// Puts a message to its place. Cheap near the front, where requeued messages belong. `true` if it lives longer
    /// than all that were ever appended, so that the deadlines of those behind it may be over before its own.
    mutating func restore(_ entry: QueueEntry) -> Bool {
        defer { latestDeadline = max(latestDeadline, entry.deadline) }
        put(entry)
        return entry.deadline > latestDeadline
    }

    private mutating func put(_ entry: QueueEntry) {
        guard let first = entries.first, first.ordinal < entry.ordinal else {
            entries.prepend(entry)
            return
        }
        let index = position(of: entry.ordinal)
        if index < entries.count, entries[index].ordinal == entry.ordinal {
            entries[index] = entry
            gapCount -= 1
        } else {
            entries.insert(entry, at: index)
        }
    }

    /// Takes a message out, wherever it stands.
    mutating func remove(_ ordinal: UInt64) -> QueueEntry? {
        guard let index = index(of: ordinal) else { return nil }
        let entry = entries[index]
        entries[index].remove()
        gapCount += 1
        trimFront()
        closeGaps()
        return entry
    }

    /// The messages behind an ordinal.
    func behind(_ ordinal: UInt64) -> [QueueEntry] {
        entries[position(of: ordinal)...].filter { $0.ordinal > ordinal && !$0.isRemoved }
    }

    func contains(_ ordinal: UInt64) -> Bool { index(of: ordinal) != nil }

    /// Brings messages that were appended in no order into theirs.
    mutating func sort() {
        entries = Deque(entries.sorted { $0.ordinal < $1.ordinal })
    }

    /// The messages, for checks and for taking them all.
    var all: [QueueEntry] { entries.filter { !$0.isRemoved } }

    private func index(of ordinal: UInt64) -> Int? {
        let index = position(of: ordinal)
        guard index < entries.count, entries[index].ordinal == ordinal, !entries[index].isRemoved else { return nil }
        return index
    }

    private func position(of ordinal: UInt64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].ordinal < ordinal { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func trimFront() {
        while let first = entries.first, first.isRemoved {
            entries.removeFirst()
            gapCount -= 1
        }
    }

    private mutating func closeGaps() {
        guard gapCount > 64, gapCount > entries.count / 2 else { return }
        entries.removeAll { $0.isRemoved }
        gapCount = 0
    }
}
