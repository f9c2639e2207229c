import Testing

@testable import LeveretCLI

struct DeliveryAllowanceTests {
    @Test func `without a limit everything may be acknowledged at once`() {
        let allowance = DeliveryAllowance(limit: nil, wantedPrefetch: 100)
        #expect(allowance.prefetch == 100)
        #expect(allowance.settleable(of: 12) == 12)
        #expect(allowance.remaining(after: 1_000_000) == .max)
    }

    @Test(arguments: [
        (UInt64(5), UInt16(100)), (1000, 100), (1, 1), (2, 1), (100, 100), (65_535, 0), (70_000, 0), (101, 100),
    ])
    func `the broker never gets room for more than the limit`(limit: UInt64, prefetch: UInt16) {
        let allowance = DeliveryAllowance(limit: limit, wantedPrefetch: prefetch)
        #expect(allowance.prefetch >= 1)
        for taken in stride(from: 0, through: limit, by: max(1, Int(limit / 1000))) {
            let room = allowance.settleable(of: taken) + UInt64(allowance.prefetch)
            #expect(room <= limit)
            // Nor does the consumer wait for ever: there is room for what is missing.
            #expect(room > taken || taken == limit)
        }
        #expect(allowance.remaining(after: limit) == 0)
        #expect(allowance.remaining(after: limit + 1) == 0)
    }

    @Test func `tags are settled from the oldest, each once`() {
        var unsettled = UnsettledDeliveries()
        for tag: UInt64 in [3, 4, 6, 7] { unsettled.take(tag) }
        #expect(unsettled.settle(upTo: 0) == nil)
        #expect(unsettled.settle(upTo: 2) == 4)
        #expect(unsettled.settle(upTo: 2) == nil)
        #expect(unsettled.settled == 2)
        #expect(unsettled.settle(upTo: 99) == 7)
        #expect(unsettled.settle(upTo: 99) == nil)
        #expect(unsettled.taken == 4)
    }
}
