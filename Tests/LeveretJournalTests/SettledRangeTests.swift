import LeveretCore
import LeveretJournal
import Testing

@Suite struct SettledRangeTests {
    private func range(_ queue: UInt64, _ first: UInt64, _ last: UInt64) -> SettledRange {
        SettledRange(queue: QueueID(rawValue: queue), first: first, last: last)
    }

    private func decode(_ bytes: [UInt8]) -> [SettledRange]? {
        bytes.withUnsafeBytes { SettledRangeCoding.decode($0) }
    }

    @Test func `ranges are encoded as databases hold them`() {
        #expect(SettledRangeCoding.encode([range(1, 5, 9)]) == [1, 5, 4])
        #expect(SettledRangeCoding.encode([range(128, 300, 300)]) == [0x80, 1, 0xAC, 2, 0])
        let highest: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]
        #expect(SettledRangeCoding.encode([range(.max, .max, .max)]) == highest + highest + [0])
    }

    @Test func `encoded ranges decode to themselves`() {
        let ranges = [range(0, 0, .max), range(1, 127, 128), range(.max, 1 << 63, .max), range(3, 0, 0)]
        #expect(decode(SettledRangeCoding.encode(ranges)) == ranges)
        #expect(decode([]) == [])
    }

    @Test func `bytes that are no ranges are refused`() {
        let bytes = SettledRangeCoding.encode([range(128, 300, 400)])
        for count in 1..<bytes.count { #expect(decode(Array(bytes.prefix(count))) == nil) }
        let tooLong = [UInt8](repeating: 0xFF, count: 9)
        #expect(decode([1, 1] + tooLong + [2]) == nil, "more than 64 bits")
        #expect(decode([1, 1] + tooLong + [0x81, 0]) == nil, "eleven bytes")
        #expect(decode([1, 1] + tooLong + [1]) == nil, "the last ordinal overflows")
    }

    @Test func `ranges that overlap or touch become one`() {
        let ranges = [range(1, 8, 9), range(2, 4, 4), range(1, 1, 4), range(1, 5, 6), range(1, 2, 3)]
        #expect(ranges.united == [range(1, 1, 6), range(1, 8, 9), range(2, 4, 4)])
        #expect([range(1, 0, .max), range(1, .max, .max)].united == [range(1, 0, .max)])
        #expect([range(1, .max, .max), range(2, 0, 0)].united == [range(1, .max, .max), range(2, 0, 0)])
        #expect([SettledRange]().united == [])
    }
}
