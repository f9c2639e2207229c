/// Unchecked big-endian access: the caller has compared the place with the count.
extension UnsafeRawBufferPointer {
    func uint16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    func uint32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func uint64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The bytes from `start` up to, but without, `end`.
    func part(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: baseAddress.map { $0 + start }, count: end - start)
    }

    /// Whether the bytes are UTF-8; quick where they are ASCII.
    var isText: Bool {
        var offset = 0
        while count - offset >= 8 {
            if loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                return String(validating: self, as: UTF8.self) != nil
            }
            offset += 8
        }
        while offset < count {
            if self[offset] >= 0x80 { return String(validating: self, as: UTF8.self) != nil }
            offset += 1
        }
        return true
    }
}
