import DequeModule

/// The consumers of a queue: the highest priority first, in turn within one priority.
///
/// Consumers that cannot take a message are set aside ("parked") when they are met, so that a thousand of them
/// cost nothing until a limit of theirs gives way.
struct ConsumerRing {
    private struct Level {
        let priority: Int64
        var consumers: Deque<Consumer>
    }

    /// Whether all messages go to one consumer, the first of the highest priority, for as long as it is there.
    private let isSingleActive: Bool
    /// Whether that one makes room for a consumer of a higher priority, once it has settled what it has.
    private let priorityTakesOver: Bool
    private var levels: [Level] = []
    /// All consumers, parked or not, in the order in which they came.
    private(set) var all: [Consumer] = []
    private(set) var exclusive: Consumer?
    /// The consumer that all messages go to, if they go to one and its successor need not wait for it any more.
    private var holder: Consumer?
    /// A consumer of a higher priority, which waits until the holder has settled what it has.
    private var successor: Consumer?

    init(isSingleActive: Bool, priorityTakesOver: Bool) {
        self.isSingleActive = isSingleActive
        self.priorityTakesOver = priorityTakesOver
    }

    /// The consumer that all messages go to, if they go to one.
    var active: Consumer? {
        guard let successor, holder?.unacknowledgedCount == 0 else { return holder }
        return successor
    }

    var count: Int { all.count }
    var isEmpty: Bool { all.isEmpty }

    mutating func add(_ consumer: Consumer) {
        all.append(consumer)
        if isSingleActive { makeActive(consumer) }
        if consumer.isExclusive { exclusive = consumer }
        enlist(consumer)
    }

    mutating func remove(_ consumer: Consumer) {
        // Whole channels leave in the order in which they came, so what is looked for mostly stands in front.
        if let place = all.firstIndex(where: { $0 === consumer }) { all.remove(at: place) }
        if isSingleActive { forgetActive(consumer) }
        if exclusive === consumer { exclusive = nil }
        guard let index = levels.firstIndex(where: { $0.priority == consumer.priority }) else { return }
        if let place = levels[index].consumers.firstIndex(where: { $0 === consumer }) {
            levels[index].consumers.remove(at: place)
        }
        if levels[index].consumers.isEmpty { levels.remove(at: index) }
    }

    /// A limit has given way: the consumer takes part again.
    mutating func unpark(_ consumer: Consumer) {
        guard consumer.isParked, !consumer.isCancelled else { return }
        consumer.isParked = false
        enlist(consumer)
    }

    private mutating func enlist(_ consumer: Consumer) {
        guard !isSingleActive else { return }
        let index = levels.firstIndex { $0.priority <= consumer.priority } ?? levels.endIndex
        if index < levels.endIndex, levels[index].priority == consumer.priority {
            levels[index].consumers.append(consumer)
        } else {
            levels.insert(Level(priority: consumer.priority, consumers: [consumer]), at: index)
        }
    }

    /// The consumer whose turn it is, if any can take a message.
    mutating func next() -> Consumer? {
        if isSingleActive { return singleActive() }
        while !levels.isEmpty {
            while let consumer = levels[0].consumers.first {
                if consumer.isAvailable {
                    if levels[0].consumers.count > 1 {
                        levels[0].consumers.append(levels[0].consumers.removeFirst())
                    }
                    return consumer
                }
                levels[0].consumers.removeFirst()
                consumer.isParked = true
            }
            levels.removeFirst()
        }
        return nil
    }

    /// A consumer has come: the first is active, and one of a higher priority may be the next.
    private mutating func makeActive(_ consumer: Consumer) {
        guard let active else {
            holder = consumer
            return
        }
        guard priorityTakesOver, consumer.priority > (successor ?? active).priority else { return }
        holder = active
        successor = consumer
    }

    /// A consumer has gone, which may have been active or about to be.
    private mutating func forgetActive(_ consumer: Consumer) {
        guard consumer === holder || consumer === successor else { return }
        if consumer === holder { holder = firstByPriority }
        successor = nil
        guard priorityTakesOver, let holder, let best = firstByPriority, best.priority > holder.priority else { return }
        successor = best
    }

    private var firstByPriority: Consumer? {
        all.reduce(nil) { best, next in
            guard let best, best.priority >= next.priority else { return next }
            return best
        }
    }

    private mutating func singleActive() -> Consumer? {
        guard let active else { return nil }
        let isLeaving = successor != nil && successor !== active
        if active.isAvailable, !isLeaving { return active }
        active.isParked = true
        return nil
    }
}
