import Testing

@testable import LeveretCLI

struct ProgressLineTests {
    @Test func `with a total it tells how much is done`() {
        let text = ProgressLine.text("published", "messages", 120_000, of: 1_000_000, after: 2_000_000_000)
        #expect(text == "published 120,000 of 1,000,000 messages, 60,000/s, 12 %")
    }

    @Test func `without a total it tells the count and the rate`() {
        let text = ProgressLine.text("published", "messages", 500, of: nil, after: 1_000_000_000)
        #expect(text == "published 500 messages, 500/s")
    }
}
