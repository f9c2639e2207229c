import HeapModule

/// The messages of a queue that are ready for delivery: the highest priority first, in the queue's order within one
/// priority.
struct ReadyEntries {
    /// How many messages of a line stay in memory at its front, and at its back.
    private let capacity: Int
    /// By priority. Queues without priorities have one line.
    private var lines: [EntryLine]
    /// The highest line that holds a message; 0 if none does.
    private var top = 0
    private(set) var count = 0
    private(set) var bodyBytes = 0
    /// Deadlines of messages that are not known to be over before those of the messages behind them.
    private var early = Heap<EarlyDeadline>()

    private struct EarlyDeadline: Comparable {
        let deadline: UInt64
        let ordinal: UInt64
        let priority: UInt8

        static func < (lhs: EarlyDeadline, rhs: EarlyDeadline) -> Bool {
            (lhs.deadline, lhs.ordinal) < (rhs.deadline, rhs.ordinal)
        }
    }

    init(capacity: Int) {
        self.capacity = capacity
        lines = [EntryLine(capacity: capacity)]
    }

    var isEmpty: Bool { count == 0 }
    /// The next message, if it is in memory.
    var first: QueueEntry? { lines[top].first }
    /// The segment whose index is needed before the next message is known.
    var awaitedSlot: SegmentSlot? { lines[top].awaitedSlot }
    /// The segment whose index is needed before the next message is known, or soon.
    var soonAwaitedSlot: SegmentSlot? { lines[top].soonAwaitedSlot }
    /// What the places of the messages take in memory, and the deadlines that are noted apart.
    var entryBytes: Int {
        lines.reduce(count) { $0 - $1.storedCount } * MemoryLayout<QueueEntry>.stride
            + early.count * MemoryLayout<EarlyDeadline>.stride
    }

    /// Adds a message that is younger than all others.
    mutating func append(_ entry: QueueEntry) {
        let line = makeLine(for: entry)
        if !lines[line].append(entry) { noteEarly(entry) }
    }

    mutating func removeFirst() -> QueueEntry {
        let entry = lines[top].removeFirst()
        account(for: entry)
        return entry
    }

    /// Puts a message to its place, behind the older ones.
    mutating func restore(_ entry: QueueEntry) {
        let line = makeLine(for: entry)
        if lines[line].restore(entry) { lines[line].behind(entry.ordinal).forEach { noteEarly($0) } }
        noteEarly(entry)
    }

    /// Takes all messages out.
    mutating func removeAll() -> (entries: [QueueEntry], stored: [StoredEntries]) {
        defer {
            for line in lines.indices { lines[line].removeAll() }
            (top, count, bodyBytes, early) = (0, 0, 0, Heap())
        }
        return (all, stored)
    }

    /// The messages in memory, in the order in which they would be delivered.
    var all: [QueueEntry] { lines.reversed().flatMap(\.all) }

    /// The messages that are in the journal only.
    var stored: [StoredEntries] { lines.reversed().flatMap(\.stored) }

    /// A message that waits elsewhere will be restored to its place.
    mutating func expect(_ entry: QueueEntry) {
        lines[makeLine(for: entry.priority, count: 0, bodyBytes: 0)].expect(entry)
    }

    /// A message has got a place in front of others that did not know of it.
    mutating func noteDeadlines(behind entry: QueueEntry) {
        lines[Int(entry.priority)].behind(entry.ordinal).forEach { noteEarly($0) }
    }

    /// The same for several messages, by priority and ordinal.
    mutating func noteDeadlines(behindAnyOf places: [(priority: UInt8, ordinal: UInt64)]) {
        var priorities: Set<UInt8> = []
        for place in places.sorted(by: { $0.ordinal < $1.ordinal }) where priorities.insert(place.priority).inserted {
            lines[Int(place.priority)].behind(place.ordinal).forEach { noteEarly($0) }
        }
    }

    private mutating func makeLine(for entry: QueueEntry) -> Int {
        makeLine(for: entry.priority, count: 1, bodyBytes: Int(entry.bodyLength))
    }

    private mutating func makeLine(for priority: UInt8, count added: Int, bodyBytes addedBytes: Int) -> Int {
        let line = Int(priority)
        while lines.count <= line { lines.append(EntryLine(capacity: capacity)) }
        if line > top, added > 0 { top = line }
        count += added
        bodyBytes += addedBytes
        return line
    }

    private mutating func account(for entry: QueueEntry) {
        count -= 1
        bodyBytes -= Int(entry.bodyLength)
        while top > 0, lines[top].isEmpty { top -= 1 }
    }
}

// MARK: - Paging

extension ReadyEntries {
    /// Whether there is more in memory than has to be.
    var isLong: Bool { lines.contains(where: \.isLong) }

    /// See `EntryLine.pageOut`.
    mutating func pageOut(_ residence: (SegmentSlot) -> EntryResidence, _ note: (StoredEntries) -> Void) {
        for line in lines.indices { lines[line].pageOut(residence, note) }
    }

    /// Whether the index of the segment would make messages known.
    func canPageIn(_ slot: SegmentSlot) -> Bool { lines.contains { $0.nextSlot == slot } }

    /// See `EntryLine.pageIn`.
    mutating func pageIn(_ slot: SegmentSlot, _ items: [SegmentIndex.Item], _ note: (StoredEntries) -> Void) -> Bool {
        lines.indices.allSatisfy { lines[$0].pageIn(slot, items, note) }
    }

    /// Adds messages that are younger than all others and that the journal holds, as a start finds them.
    mutating func append(_ entries: StoredEntries) {
        let line = makeLine(for: entries.priority, count: entries.count, bodyBytes: entries.bodyBytes)
        lines[line].append(entries)
    }

    /// See `EntryLine.insert`.
    mutating func insert(_ entries: StoredEntries) {
        let line = makeLine(for: entries.priority, count: entries.count, bodyBytes: entries.bodyBytes)
        lines[line].insert(entries)
    }

    /// For checks.
    var isInOrder: Bool { lines.allSatisfy(\.isInOrder) }
}

// MARK: - Times to live

extension ReadyEntries {
    /// When the next message's time to live is over; `QueueEntry.noDeadline` if there is none.
    var nextDeadline: UInt64 {
        mutating get {
            while let next = early.min, !lines[Int(next.priority)].contains(next.ordinal) { early.removeMin() }
            var deadline = early.min?.deadline ?? QueueEntry.noDeadline
            for line in lines.indices {
                if let first = lines[line].first { deadline = min(deadline, first.deadline) }
            }
            return deadline
        }
    }

    /// Takes out a message whose time to live is over.
    mutating func removeExpired(at now: UInt64) -> QueueEntry? {
        for line in lines.indices.reversed() {
            guard let first = lines[line].first, first.deadline <= now else { continue }
            let entry = lines[line].removeFirst()
            account(for: entry)
            return entry
        }
        while let next = early.min, next.deadline <= now {
            early.removeMin()
            guard let entry = lines[Int(next.priority)].remove(next.ordinal) else { continue }
            account(for: entry)
            return entry
        }
        return nil
    }

    private mutating func noteEarly(_ entry: QueueEntry) {
        guard entry.deadline != QueueEntry.noDeadline else { return }
        early.insert(EarlyDeadline(deadline: entry.deadline, ordinal: entry.ordinal, priority: entry.priority))
        guard early.count > 64 + 2 * count else { return }
        // What came back several times is noted several times.
        var kept: Set<UInt64> = []
        early = Heap(
            early.unordered.filter { lines[Int($0.priority)].contains($0.ordinal) && kept.insert($0.ordinal).inserted }
        )
    }
}
