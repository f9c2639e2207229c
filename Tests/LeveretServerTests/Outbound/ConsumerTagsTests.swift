import LeveretCore
import Testing

@testable import LeveretServer

@Suite struct ConsumerTagsTests {
    private func tag(_ number: UInt32, in tags: inout ConsumerTags) -> [UInt8] {
        tags.withEncodedTag(of: ConsumerID(rawValue: number)) { [UInt8]($0) }
    }

    @Test func `a tag is found by its consumer, as it travels`() {
        var tags = ConsumerTags()
        tags.insert(ConsumerID(rawValue: 0), tag: "a")
        tags.insert(ConsumerID(rawValue: 7), tag: "bc")
        #expect(tag(7, in: &tags) == [2, 0x62, 0x63])
        #expect(tag(0, in: &tags) == [1, 0x61])
        #expect(tag(7, in: &tags) == [2, 0x62, 0x63])
    }

    @Test func `an unknown consumer has the empty tag`() {
        var tags = ConsumerTags()
        #expect(tag(0, in: &tags) == [0])
        tags.insert(ConsumerID(rawValue: 3), tag: "x")
        #expect(tag(2, in: &tags) == [0])
        #expect(tag(4, in: &tags) == [0])
    }

    @Test func `consumers that go leave nothing behind`() {
        var tags = ConsumerTags()
        tags.insert(ConsumerID(rawValue: 0), tag: "first")
        for number in UInt32(1)..<1000 {
            tags.insert(ConsumerID(rawValue: number), tag: "t\(number)")
            if number.isMultiple(of: 2) {
                tags.remove(tag: "t\(number)")
            } else {
                tags.remove(ConsumerID(rawValue: number))
            }
        }
        #expect(tags.count == 1)
        #expect(tag(0, in: &tags) == [5] + Array("first".utf8))
    }
}
