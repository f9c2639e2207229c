import Testing

@testable import LeveretCLI

struct NumberTextTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000")])
    func `digits are grouped by three`(value: Int, text: String) {
        #expect(NumberText.grouped(value) == text)
    }

    @Test(arguments: [(1234.5, 2, "1,234.50"), (0.005, 2, "0.01"), (0.07, 1, "0.1"), (-1.5, 1, "-1.5"), (7, 0, "7")])
    func `decimals are as many as asked for`(value: Double, decimals: Int, text: String) {
        #expect(NumberText.fixed(value, decimals: decimals) == text)
    }

    @Test func `values that are no number do not stop a report`() {
        #expect(NumberText.fixed(.nan) == "?")
        #expect(NumberText.fixed(.infinity) == "∞")
    }

    @Test(arguments: [
        (UInt64(0), "0 µs"), (850_000, "850 µs"), (1_250_000, "1.25 ms"), (3_100_000_000, "3.10 s"),
    ])
    func `durations are in the unit that fits`(nanoseconds: UInt64, text: String) {
        #expect(NumberText.duration(nanoseconds: nanoseconds) == text)
    }

    @Test(arguments: [(512, "512 bytes"), (1536, "1.5 KiB"), (15_414_067, "14.7 MiB")])
    func `sizes are in the unit that fits`(count: Int, text: String) {
        #expect(NumberText.bytes(count) == text)
    }

    @Test func `one is not many`() {
        #expect(NumberText.counted(1, "message") == "1 message")
        #expect(NumberText.counted(2000, "message") == "2,000 messages")
    }
}
