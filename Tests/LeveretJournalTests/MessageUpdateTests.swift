import LeveretCore
import LeveretJournal
import Testing

@Suite struct MessageUpdateTests {
    private func decode(_ bytes: [UInt8]) -> [MessageUpdate]? {
        bytes.withUnsafeBytes { MessageUpdateCoding.decode($0, segment: SegmentID(rawValue: 3)) }
    }

    @Test func `updates are encoded as databases hold them`() {
        let update = MessageUpdate.make(3, queue: 128, written: 5, ordinal: 300, failures: 1, returns: 2, dueAt: 127)
        #expect(MessageUpdateCoding.encode([update]) == [0x80, 1, 5, 0xAC, 2, 1, 2, 127])
    }

    @Test func `encoded updates decode to themselves`() {
        let updates: [MessageUpdate] = [
            .make(3, written: 1, ordinal: 1),
            .make(3, queue: .max, written: .max, ordinal: .max, failures: .max, returns: .max, dueAt: .max),
        ]
        #expect(decode(MessageUpdateCoding.encode(updates)) == updates)
        #expect(decode([]) == [])
    }

    @Test func `bytes that are no updates are refused`() {
        let bytes = MessageUpdateCoding.encode([.make(3, queue: 128, written: 300, ordinal: 400, dueAt: 500)])
        for count in 1..<bytes.count { #expect(decode(Array(bytes.prefix(count))) == nil) }
        #expect(decode([1, 1, 1, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 1]) == nil, "more failures than 32 bits hold")
    }

    @Test func `the last update of a message counts`() {
        let updates: [MessageUpdate] = [
            .make(3, queue: 2, written: 1, ordinal: 1), .make(3, written: 9, ordinal: 2),
            .make(3, written: 8, ordinal: 3), .make(3, written: 9, ordinal: 4), .make(3, written: 9, ordinal: 3),
        ]
        #expect(updates.united == [updates[2], updates[4], updates[0]])
        #expect(updates.united.united == updates.united)
        #expect([MessageUpdate]().united == [])
    }
}
