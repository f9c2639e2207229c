import Testing

@testable import LeveretCLI

struct MessageMarkTests {
    @Test func `a mark tells its producer and its number`() {
        for (producer, sequence) in [(0, 0), (255, (1 << 48) - 1), (7, 123_456)] as [(Int, UInt64)] {
            let mark = MessageMark(producer: producer, sequence: sequence)
            #expect(mark.isOurs)
            #expect(mark.producer == producer)
            #expect(mark.sequence == sequence)
        }
    }

    @Test func `text is not taken for a mark`() {
        for text in ["{\"order\":1}", "        ", "order 17"] {
            let bytes = Array(text.utf8.prefix(8))
            let word = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
            #expect(!MessageMark(rawValue: word).isOurs)
        }
    }
}
