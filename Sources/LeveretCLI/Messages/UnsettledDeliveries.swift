/// The delivery tags that were taken and are not acknowledged, oldest first.
struct UnsettledDeliveries {
    private var tags: [UInt64] = []
    private(set) var taken: UInt64 = 0

    var settled: UInt64 { taken - UInt64(tags.count) }

    mutating func take(_ tag: UInt64) {
        tags.append(tag)
        taken += 1
    }

    /// Removes the oldest until so many are settled in all, and gives the last of them: one acknowledgement of it and
    /// all before it does it. `nil` if there is nothing to do.
    mutating func settle(upTo count: UInt64) -> UInt64? {
        guard count > settled else { return nil }
        let number = Int(min(count, taken) - settled)
        guard number > 0 else { return nil }
        let last = tags[number - 1]
        tags.removeFirst(number)
        return last
    }
}
