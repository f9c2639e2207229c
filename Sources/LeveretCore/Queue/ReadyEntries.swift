import HeapModule

/// The messages of a queue that are ready for delivery: the highest priority first, in the queue's order within one
/// priority.
struct ReadyEntries {
    /// By priority. Queues without priorities have one line.
    private var lines = [EntryLine()]
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

    var isEmpty: Bool { count == 0 }
    var first: QueueEntry? { lines[top].first }

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

    /// Takes all messages out, in the order in which they would be delivered.
    mutating func removeAll() -> [QueueEntry] {
        let all = all
        self = ReadyEntries()
        return all
    }

    /// The messages in the order in which they would be delivered.
    var all: [QueueEntry] { lines.reversed().flatMap(\.all) }

    /// Messages were appended in no order: brings them into theirs.
    mutating func sort() {
        for line in lines.indices { lines[line].sort() }
        for entry in all where entry.deadline != QueueEntry.noDeadline { noteEarly(entry) }
    }

    private mutating func makeLine(for entry: QueueEntry) -> Int {
        let line = Int(entry.priority)
        while lines.count <= line { lines.append(EntryLine()) }
        if line > top { top = line }
        count += 1
        bodyBytes += Int(entry.bodyLength)
        return line
    }

    private mutating func account(for entry: QueueEntry) {
        count -= 1
        bodyBytes -= Int(entry.bodyLength)
        while top > 0, lines[top].isEmpty { top -= 1 }
    }
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
        early = Heap(early.unordered.filter { lines[Int($0.priority)].contains($0.ordinal) })
    }
}
