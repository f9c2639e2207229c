/// How often each latency was seen, in buckets that are at most 1.6 percent wide: 64 for each power of two.
struct LatencyHistogram: Sendable {
    private static let subBuckets = 64
    /// 64 values of their own, then 64 buckets for each power of two from 2^6 to 2^63.
    private var counts = [UInt64](repeating: 0, count: subBuckets * 59)
    private(set) var count: UInt64 = 0
    private(set) var maximum: UInt64 = 0

    mutating func record(_ value: UInt64) {
        record(value, times: 1)
    }

    mutating func record(_ value: UInt64, times: UInt64) {
        counts[Self.bucket(of: value)] += times
        count += times
        if value > maximum { maximum = value }
    }

    mutating func merge(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        maximum = max(maximum, other.maximum)
    }

    /// The value that the given share of all values does not exceed, as exactly as the buckets tell; 0 if there is
    /// none. A share is from 0 to 1.
    func quantile(_ share: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let wanted = max(1, UInt64((share * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for index in counts.indices {
            seen += counts[index]
            if seen >= wanted { return min(Self.highestValue(in: index), maximum) }
        }
        return maximum
    }

    private static func bucket(of value: UInt64) -> Int {
        guard value >= 64 else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        return (exponent - 5) * subBuckets + Int(value >> UInt64(exponent - 6) & 63)
    }

    private static func highestValue(in bucket: Int) -> UInt64 {
        guard bucket >= subBuckets else { return UInt64(bucket) }
        let shift = UInt64(bucket / subBuckets - 1)
        let next = UInt64(subBuckets + bucket % subBuckets + 1)
        // The last bucket of all ends where the numbers do.
        return (next << shift) &- 1
    }
}
