import HeapModule

/// When queues have to be looked at, whatever clients do.
struct DeadlineHeap {
    private struct Deadline: Comparable {
        let time: UInt64
        let serial: UInt64
        let queue: Queue

        static func < (lhs: Deadline, rhs: Deadline) -> Bool { (lhs.time, lhs.serial) < (rhs.time, rhs.serial) }

        static func == (lhs: Deadline, rhs: Deadline) -> Bool { lhs.serial == rhs.serial }

        /// Whether the queue has not been deleted and does not wait for another time meanwhile.
        var isCurrent: Bool { !queue.isDeleted && queue.wakeAt == time }
    }

    private var heap = Heap<Deadline>()
    private var lastSerial: UInt64 = 0
    /// The size at which outdated deadlines are looked for.
    private var tidySize = 64

    /// The next time at which a queue is to be looked at.
    var next: UInt64? {
        mutating get {
            while let deadline = heap.min, !deadline.isCurrent { heap.removeMin() }
            return heap.min?.time
        }
    }

    /// Notes when the queue is to be looked at, unless that is before then anyway.
    mutating func schedule(_ queue: Queue, at time: UInt64) {
        guard time < queue.wakeAt else { return }
        queue.wakeAt = time
        lastSerial += 1
        heap.insert(Deadline(time: time, serial: lastSerial, queue: queue))
        guard heap.count > tidySize else { return }
        heap = Heap(heap.unordered.filter(\.isCurrent))
        tidySize = max(64, 2 * heap.count)
    }

    /// Takes a queue whose time has come.
    mutating func takeDue(at now: UInt64) -> Queue? {
        guard let next, next <= now, let deadline = heap.popMin() else { return nil }
        deadline.queue.wakeAt = .max
        return deadline.queue
    }
}
