import Testing

@testable import LeveretCLI

struct LatencyHistogramTests {
    @Test func `small values are exact`() {
        var histogram = LatencyHistogram()
        for value in 0..<UInt64(64) { histogram.record(value) }
        #expect(histogram.quantile(0) == 0)
        #expect(histogram.quantile(0.5) == 31)
        #expect(histogram.quantile(1) == 63)
    }

    @Test(arguments: [UInt64(64), 1000, 123_456_789, 1 << 40, .max / 3, .max])
    func `a value is found again within 1.6 percent`(value: UInt64) {
        var histogram = LatencyHistogram()
        histogram.record(value)
        // Something larger, so that the maximum does not cut the bucket's end off.
        histogram.record(.max)
        let found = histogram.quantile(0.5)
        #expect(found >= value)
        #expect(Double(found - value) <= Double(value) * 0.016)
    }

    @Test func `quantiles never lie beyond the maximum and never fall`() {
        var histogram = LatencyHistogram()
        for step in 0..<UInt64(10_000) { histogram.record(step &* 7919 % 1_000_003) }
        let quantiles = stride(from: 0.0, through: 1.0, by: 0.01).map(histogram.quantile)
        #expect(quantiles == quantiles.sorted())
        #expect(quantiles.last == histogram.maximum)
    }

    @Test func `half of the values lie at or below the median`() {
        var histogram = LatencyHistogram()
        histogram.record(10, times: 50)
        histogram.record(20, times: 50)
        #expect(histogram.quantile(0.5) == 10)
        #expect(histogram.quantile(0.51) == 20)
    }

    @Test func `merging is the same as recording all in one`() {
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        var all = LatencyHistogram()
        for value in 0..<UInt64(1000) {
            if value.isMultiple(of: 3) { first.record(value * 977) } else { second.record(value * 977) }
            all.record(value * 977)
        }
        first.merge(second)
        #expect(first.count == all.count)
        #expect(first.maximum == all.maximum)
        for share in [0.1, 0.5, 0.9, 0.999] { #expect(first.quantile(share) == all.quantile(share)) }
    }

    @Test func `an empty histogram has no quantiles`() {
        #expect(LatencyHistogram().quantile(0.99) == 0)
    }
}
