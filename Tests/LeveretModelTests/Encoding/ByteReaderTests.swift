import LeveretModel
import Testing

struct ByteReaderTests {
    @Test func `integers are read in network byte order`() throws {
        let input: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
        try input.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            #expect(try reader.readUInt8() == 0x01)
            #expect(try reader.readUInt16() == 0x0203)
            #expect(try reader.readUInt32() == 0x0405_0607)
            #expect(try reader.readUInt64() == 0x0809_0A0B_0C0D_0E0F)
            #expect(reader.remaining == 0)
            try reader.requireEnd()
        }
    }

    @Test func `a read over the end throws and leaves the place alone`() {
        let input: [UInt8] = [0, 1, 2]
        input.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            #expect(throws: EncodingError(.truncated(missing: 1), at: 0)) { try reader.readUInt32() }
            #expect(throws: EncodingError(.truncated(missing: 5), at: 0)) { try reader.readUInt64() }
            #expect(reader.offset == 0)
            #expect(throws: EncodingError(.leftover(3), at: 0)) { try reader.requireEnd() }
        }
    }

    @Test func `an empty input is no trap`() {
        var reader = ByteReader(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(throws: EncodingError.self) { try reader.readUInt8() }
        #expect(throws: EncodingError.self) { try reader.readShortString() }
        #expect(throws: Never.self) { _ = try reader.readBytes(0) }
        #expect(throws: Never.self) { try reader.requireEnd() }
    }

    @Test func `a short string must be UTF-8`() throws {
        let input: [UInt8] = [2, 0xC3, 0x28]
        try input.withUnsafeBytes { bytes in
            var strict = ByteReader(bytes)
            #expect(throws: EncodingError(.notText, at: 0)) { try strict.readShortString() }
            var repairing = ByteReader(bytes)
            let repaired = try repairing.readRepairedShortString()
            #expect(repaired == "\u{FFFD}(")
        }
    }

    @Test func `a length that points far beyond the end is refused`() {
        let input: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 1, 2]
        input.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            #expect(throws: EncodingError(.truncated(missing: 0xFFFF_FFFF - 2), at: 4)) {
                try reader.readLongStringBytes()
            }
        }
    }
}
