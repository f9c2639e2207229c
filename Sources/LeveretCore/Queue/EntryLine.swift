import DequeModule

/// Messages of one priority, by rising ordinal.
///
/// Consumers take from the front, and what is published is added to the back. In a long line the messages between are
/// far from both: those that the journal holds are known by runs of ordinals only, so that a backlog of millions takes
/// next to no memory.
struct EntryLine {
    /// How many messages stay in memory at the front, and at the back.
    private let capacity: Int
    /// Empty only if the whole line is, or if the next messages are in the journal only.
    private var front = EntryBlock()
    private var pages = Deque<Page>()
    private var back = EntryBlock()
    /// The latest deadline that was ever in the line, or may come back to its place.
    private var latestDeadline: UInt64 = 0
    /// Messages that are in the journal only.
    private(set) var storedCount = 0

    private enum Page {
        case resident(EntryBlock)
        case stored(StoredEntries)

        /// The lowest ordinal.
        var first: UInt64 {
            switch self {
            case .resident(let block): block.first?.ordinal ?? 0
            case .stored(let entries): entries.first
            }
        }
    }

    init(capacity: Int) { self.capacity = max(1, capacity) }

    var isEmpty: Bool { front.isEmpty && pages.isEmpty }
    /// The first message, if it is in memory.
    var first: QueueEntry? { front.first }

    /// The segment whose index is needed before there is a first message.
    var awaitedSlot: SegmentSlot? { front.isEmpty ? nextSlot : nil }

    /// The segment of the messages behind the front, if they are in the journal only.
    var nextSlot: SegmentSlot? {
        guard case .stored(let entries)? = pages.first else { return nil }
        return entries.slot
    }

    /// The segment whose index is needed now, or soon: what is left in front of it is of one other segment.
    var soonAwaitedSlot: SegmentSlot? {
        // First what most queues can be told by: everything is in memory.
        guard !pages.isEmpty, front.isOfOneSegment else { return nil }
        return nextSlot
    }

    /// All messages have left; those that were delivered may still come back.
    mutating func removeAll() {
        let deadline = latestDeadline
        self = EntryLine(capacity: capacity)
        latestDeadline = deadline
    }

    /// A message that is not in the line will be put to a place in front of those that are added from now on.
    mutating func expect(_ entry: QueueEntry) { latestDeadline = max(latestDeadline, entry.deadline) }

    /// Adds a message that is younger than all others. `false` if some message before it lives longer, so that the
    /// first message's deadline says nothing of this one's.
    mutating func append(_ entry: QueueEntry) -> Bool {
        if pages.isEmpty, back.isEmpty, front.placeCount < capacity {
            front.append(entry)
        } else {
            back.append(entry)
        }
        guard entry.deadline >= latestDeadline else { return false }
        latestDeadline = entry.deadline
        return true
    }

    mutating func removeFirst() -> QueueEntry {
        let entry = front.removeFirst()
        if front.isEmpty { refill() }
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
        let beyondFront = pages.first?.first ?? back.first?.ordinal ?? .max
        if entry.ordinal < beyondFront {
            front.put(entry)
        } else if let first = back.first?.ordinal, entry.ordinal >= first {
            back.put(entry)
        } else {
            putIntoPages(entry)
        }
    }

    private mutating func putIntoPages(_ entry: QueueEntry) {
        let index = pageIndex(of: entry.ordinal)
        if case .resident(var block) = pages[index] {
            pages[index] = .resident(EntryBlock())
            block.put(entry)
            pages[index] = .resident(block)
        } else {
            pages.insert(.resident(EntryBlock([entry])), at: index + 1)
        }
    }

    /// Takes a message out, wherever it stands, if it is in memory.
    mutating func remove(_ ordinal: UInt64) -> QueueEntry? {
        defer { if front.isEmpty { refill() } }
        if let entry = front.remove(ordinal) ?? back.remove(ordinal) { return entry }
        guard let index = residentPage(of: ordinal), case .resident(var block) = pages[index] else { return nil }
        pages[index] = .resident(EntryBlock())
        let entry = block.remove(ordinal)
        if block.isEmpty { pages.remove(at: index) } else { pages[index] = .resident(block) }
        return entry
    }

    /// The messages in memory behind an ordinal.
    func behind(_ ordinal: UInt64) -> [QueueEntry] {
        blocks.flatMap { $0.behind(ordinal) }
    }

    /// Whether the message is in the line, and in memory.
    func contains(_ ordinal: UInt64) -> Bool {
        if front.contains(ordinal) || back.contains(ordinal) { return true }
        guard let index = residentPage(of: ordinal), case .resident(let block) = pages[index] else { return false }
        return block.contains(ordinal)
    }

    /// The messages in memory, for checks and for taking them all.
    var all: [QueueEntry] { blocks.flatMap(\.all) }

    /// The messages that are in the journal only.
    var stored: [StoredEntries] {
        pages.compactMap { page in
            if case .stored(let entries) = page { entries } else { nil }
        }
    }

    /// Whether all messages stand in order, for checks.
    var isInOrder: Bool {
        let places = ([.resident(front)] + pages + [.resident(back)]).flatMap { page -> [UInt64] in
            switch page {
            case .resident(let block): block.all.map(\.ordinal)
            case .stored(let entries): [entries.first, entries.last]
            }
        }
        return zip(places, places.dropFirst()).allSatisfy { $0 <= $1 }
    }

    private var blocks: [EntryBlock] {
        let resident = pages.compactMap { page in
            if case .resident(let block) = page { block } else { nil as EntryBlock? }
        }
        return [front] + resident + [back]
    }

    /// The last page that begins at or before an ordinal, or the first.
    private func pageIndex(of ordinal: UInt64) -> Int {
        var low = 0
        var high = pages.count
        while low < high {
            let middle = (low + high) / 2
            if pages[middle].first <= ordinal { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    private func residentPage(of ordinal: UInt64) -> Int? {
        guard !pages.isEmpty else { return nil }
        let index = pageIndex(of: ordinal)
        if case .resident = pages[index] { return index }
        return nil
    }

    /// What comes after the front becomes the front, as far as it is in memory.
    private mutating func refill() {
        while front.isEmpty {
            guard let page = pages.first else {
                swap(&front, &back)
                return
            }
            guard case .resident(let block) = page else { return }
            pages.removeFirst()
            front = block
        }
    }
}

// MARK: - Paging

extension EntryLine {
    /// Whether there is more in memory than has to be.
    var isLong: Bool { back.placeCount > capacity }

    /// Gives up entries in the middle that the journal can give back, and says which.
    mutating func pageOut(_ residence: (SegmentSlot) -> EntryResidence, _ note: (StoredEntries) -> Void) {
        pageOutLatest(residence, note)
        while isLong, let first = back.first {
            let residence = residence(first.slot)
            guard residence != .memoryForNow else { return }
            let run = back.removeRun()
            // A run takes as much memory as two entries.
            guard run.count > 2, run[0].isPlain else {
                setAside(run)
                continue
            }
            guard residence == .journal else {
                pages.append(.resident(EntryBlock(run)))
                continue
            }
            let entries = StoredEntries(run)
            appendStored(entries)
            note(entries)
        }
    }

    /// Looks again at what was in memory when its page was made. Those stored last leave memory first.
    private mutating func pageOutLatest(
        _ residence: (SegmentSlot) -> EntryResidence,
        _ note: (StoredEntries) -> Void
    ) {
        for index in pages.indices.suffix(4) {
            guard case .resident(let block) = pages[index], let first = block.first,
                residence(first.slot) == .journal, let run = block.run
            else { continue }
            let entries = StoredEntries(run)
            pages[index] = .stored(entries)
            storedCount += entries.count
            note(entries)
        }
    }

    /// Adds messages that are younger than all others and that the journal holds, as a start finds them.
    mutating func append(_ entries: StoredEntries) {
        setAside(back.all)
        back = EntryBlock()
        latestDeadline = .max
        appendStored(entries)
    }

    /// Puts messages that the journal holds to their place among those that are there.
    mutating func insert(_ entries: StoredEntries) {
        var parts: [Page] = []
        for page in [.resident(front)] + pages + [.resident(back)] {
            guard case .resident(let block) = page else {
                parts.append(page)
                continue
            }
            for part in block.split(at: entries.first) where !part.isEmpty { parts.append(.resident(part)) }
        }
        parts.insert(.stored(entries), at: parts.firstIndex { $0.first > entries.first } ?? parts.endIndex)
        pages = Deque(parts)
        (front, back) = (EntryBlock(), EntryBlock())
        refill()
        latestDeadline = .max
        storedCount += entries.count
    }

    /// The index of a segment has come: the first messages, if they lie there, are known again. `false` if the index
    /// does not have all of them.
    mutating func pageIn(_ slot: SegmentSlot, _ items: [SegmentIndex.Item], _ note: (StoredEntries) -> Void) -> Bool {
        while case .stored(let stored)? = pages.first, stored.slot == slot {
            guard let entries = EntryLine.entries(of: stored, in: items) else { return false }
            pages.removeFirst()
            storedCount -= stored.count
            note(stored)
            for entry in entries { front.append(entry) }
        }
        return true
    }

    /// The entries of a run by rising ordinal; `nil` if any is missing.
    private static func entries(of stored: StoredEntries, in items: [SegmentIndex.Item]) -> [QueueEntry]? {
        var entries: [QueueEntry] = []
        entries.reserveCapacity(min(stored.count, items.count))
        var isRising = true
        for item in items where stored.first <= item.ordinal && item.ordinal <= stored.last {
            let entry = stored.entry(item)
            if let last = entries.last, last.ordinal >= entry.ordinal { isRising = false }
            entries.append(entry)
        }
        guard entries.count == stored.count else { return nil }
        return isRising ? entries : entries.sorted { $0.ordinal < $1.ordinal }
    }

    private mutating func appendStored(_ entries: StoredEntries) {
        pages.append(.stored(entries))
        storedCount += entries.count
    }

    /// Entries that stay in memory make room for those behind them.
    private mutating func setAside(_ entries: [QueueEntry]) {
        guard !entries.isEmpty else { return }
        if let last = pages.indices.last, case .resident(var block) = pages[last], block.placeCount < capacity {
            pages[last] = .resident(EntryBlock())
            for entry in entries { block.append(entry) }
            pages[last] = .resident(block)
        } else {
            pages.append(.resident(EntryBlock(entries)))
        }
    }
}

/// Where the record of an entry is.
enum EntryResidence {
    /// In memory, which it may leave soon.
    case memoryForNow
    /// In memory, where it stays.
    case memory
    /// In the journal only.
    case journal
}
