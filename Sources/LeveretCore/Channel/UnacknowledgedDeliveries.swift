import DequeModule

/// A delivery that waits for its acknowledgement.
struct UnacknowledgedDelivery {
    let deliveryTag: UInt64
    let entry: QueueEntry
    /// Who it went to; also the gets of a channel count as consumers here.
    let consumer: ConsumerID
}

/// The deliveries of a channel that wait for acknowledgement, by rising tag.
struct UnacknowledgedDeliveries {
    private var deliveries = Deque<Slot>()
    private(set) var count = 0

    private struct Slot {
        let delivery: UnacknowledgedDelivery
        var isSettled = false
    }

    var isEmpty: Bool { count == 0 }

    /// No delivery that waits now has a higher tag. Who takes all back stops here: what is delivered meanwhile, because
    /// the first are back in their queues, has not been seen by the client.
    var latestTag: UInt64 { deliveries.last?.delivery.deliveryTag ?? 0 }

    mutating func append(_ delivery: UnacknowledgedDelivery) {
        deliveries.append(Slot(delivery: delivery))
        count += 1
    }

    /// Puts deliveries back that were taken out.
    mutating func restore(_ taken: [UnacknowledgedDelivery]) {
        guard !taken.isEmpty else { return }
        let sorted = (all + taken).sorted { $0.deliveryTag < $1.deliveryTag }
        deliveries = Deque(sorted.map { Slot(delivery: $0) })
        count = deliveries.count
    }

    /// Whether the tag waits.
    func contains(_ tag: UInt64) -> Bool {
        guard let index = index(of: tag) else { return false }
        return !deliveries[index].isSettled
    }

    /// Takes the delivery of a tag out.
    mutating func remove(_ tag: UInt64) -> UnacknowledgedDelivery? {
        guard let index = index(of: tag), !deliveries[index].isSettled else { return nil }
        let delivery = deliveries[index].delivery
        deliveries[index].isSettled = true
        count -= 1
        trim()
        return delivery
    }

    /// The oldest delivery, if its tag is not above `tag`.
    func first(through tag: UInt64) -> UnacknowledgedDelivery? {
        guard let first = deliveries.first, first.delivery.deliveryTag <= tag else { return nil }
        return first.delivery
    }

    /// Takes the oldest delivery out if its tag is not above `tag`, and if it went to this consumer, if one is given.
    mutating func removeFirst(through tag: UInt64, of consumer: ConsumerID? = nil) -> UnacknowledgedDelivery? {
        guard let first = first(through: tag), consumer == nil || first.consumer == consumer else { return nil }
        deliveries.removeFirst()
        count -= 1
        trimFront()
        return first
    }

    /// The first slot is never a settled one, so tags can mostly be found by their distance from it.
    private func index(of tag: UInt64) -> Int? {
        guard let first = deliveries.first?.delivery.deliveryTag, tag >= first else { return nil }
        let guess = tag - first
        if guess < UInt64(deliveries.count), deliveries[Int(guess)].delivery.deliveryTag == tag { return Int(guess) }
        var low = 0
        var high = deliveries.count
        while low < high {
            let middle = (low + high) / 2
            if deliveries[middle].delivery.deliveryTag < tag { low = middle + 1 } else { high = middle }
        }
        guard low < deliveries.count, deliveries[low].delivery.deliveryTag == tag else { return nil }
        return low
    }

    private mutating func trim() {
        trimFront()
        // One old delivery must not keep the slots of millions that were settled after it.
        if deliveries.count > 1024, deliveries.count > 4 * count {
            deliveries.removeAll { $0.isSettled }
        }
    }

    private mutating func trimFront() {
        while let first = deliveries.first, first.isSettled { deliveries.removeFirst() }
    }

    /// Those that wait, for checks and reports.
    var all: [UnacknowledgedDelivery] { deliveries.filter { !$0.isSettled }.map(\.delivery) }
}
