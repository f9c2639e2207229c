import DequeModule

/// Messages of one priority in memory, by rising ordinal.
///
/// A message that leaves from the middle, because its time is up, leaves a gap that is closed later; the first place
/// is never a gap.
struct EntryBlock {
    private var entries = Deque<QueueEntry>()
    private var gapCount = 0

    init() {}

    /// A block of entries by rising ordinal.
    init(_ entries: some Sequence<QueueEntry>) {
        self.entries = Deque(entries)
    }

    /// Places in memory, gaps included.
    var placeCount: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }
    var first: QueueEntry? { entries.first }
    /// The highest ordinal.
    var last: UInt64? { entries.last?.ordinal }

    /// Whether all messages lie in one segment, as far as the first and the last can tell.
    var isOfOneSegment: Bool { entries.first?.slot == entries.last?.slot }

    /// Adds a message that is younger than all others.
    mutating func append(_ entry: QueueEntry) { entries.append(entry) }

    mutating func removeFirst() -> QueueEntry {
        let entry = entries.removeFirst()
        if gapCount > 0 { trimFront() }
        return entry
    }

    /// Puts a message to its place. Cheap near the front, where requeued messages belong.
    mutating func put(_ entry: QueueEntry) {
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

    /// Takes the first messages out that lie side by side in one segment, as long as they can be told by their
    /// ordinals alone.
    mutating func removeRun() -> [QueueEntry] {
        var count = 1
        while count < entries.count, entries[count].follows(entries[count - 1]) { count += 1 }
        let run = Array(entries.prefix(count))
        entries.removeFirst(count)
        trimFront()
        return run
    }

    /// All messages, if they are plain ones that lie side by side in one segment.
    var run: [QueueEntry]? {
        let isRun = entries.count > 2 && zip(entries, entries.dropFirst()).allSatisfy { $1.follows($0) }
        return isRun ? Array(entries) : nil
    }

    /// The messages behind an ordinal.
    func behind(_ ordinal: UInt64) -> [QueueEntry] {
        entries[position(of: ordinal)...].filter { $0.ordinal > ordinal && !$0.isRemoved }
    }

    /// The messages before an ordinal, and the others.
    func split(at ordinal: UInt64) -> [EntryBlock] {
        let index = position(of: ordinal)
        return [entries[..<index], entries[index...]].map { EntryBlock($0.filter { !$0.isRemoved }) }
    }

    func contains(_ ordinal: UInt64) -> Bool { index(of: ordinal) != nil }

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

extension QueueEntry {
    /// Whether the journal's index and the message's ordinal say everything that the entry says.
    var isPlain: Bool { deadline == QueueEntry.noDeadline && !hasHistory && !isRemoved }

    /// Whether the message belongs to a run of plain ones that ends with another.
    fileprivate func follows(_ previous: QueueEntry) -> Bool {
        slot == previous.slot && ordinal == previous.ordinal + 1 && isRedelivered == previous.isRedelivered
            && isPlain && previous.isPlain
    }
}
