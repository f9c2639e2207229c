import LeveretJournal
import Testing

@Suite struct ChecksumTests {
    private func checksum(
        _ bytes: [UInt8],
        _ domain: Checksum.Domain = .segmentContent,
        identity: UInt64 = 1,
        length: UInt64 = 4
    ) -> UInt64 {
        Checksum(bytes, domain: domain, identity: identity, length: length).value
    }

    /// The values were computed by a second implementation. They are part of the format: never change them.
    @Test func `the checksum is the one that databases hold`() {
        #expect(checksum([], .segmentIndex, length: 0) == 0xF25A_1FD1_05AF_EC1D)
        #expect(checksum(Array("hare".utf8)) == 0xB510_CD5C_D7A0_7DB4)
        #expect(checksum([UInt8](0...255), identity: 7, length: 300) == 0xC6B7_0435_B57F_9D30)
        #expect(
            checksum([UInt8](0...100), .settlement, identity: UInt64(Int64.max), length: 0) == 0x935F_2B23_7B33_881D
        )
    }

    @Test func `what the bytes belong to is part of the checksum`() {
        let bytes = Array("hare".utf8)
        #expect(checksum(bytes, identity: 2) == 0x35BE_1D95_75DF_2C1F)
        #expect(checksum(bytes, length: 5) == 0x0212_56C1_4A88_208C)
        #expect(checksum(bytes, .segmentIndex) != checksum(bytes))
        #expect(checksum(bytes + [0]) == 0x6559_3591_7A8D_C5AC)
    }

    @Test(arguments: [1, 7, 8, 9, 31, 32, 33, 63, 64, 100])
    func `a flipped bit changes the checksum, and a second one does not cancel it`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        var seen: Set<UInt64> = [checksum(bytes)]
        for bit in 0..<count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(seen.insert(checksum(damaged)).inserted, "bit \(bit)")
        }
    }

    @Test func `bytes that do not begin on a word have the same checksum`() {
        let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 91) }
        let shifted = [0] + bytes
        shifted.withUnsafeBytes { whole in
            let moved = UnsafeRawBufferPointer(rebasing: whole[1...])
            let value = Checksum(moved, domain: .segmentContent, identity: 1, length: 4).value
            #expect(value == checksum(bytes))
        }
    }
}
