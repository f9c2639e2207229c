/// A cursor over AMQP's big-endian encoding that checks every bound and never traps on what a peer sent.
///
/// The bytes must outlive the reader; slices that it hands out point into them.
package struct ByteReader {
    /// How deep tables and arrays may lie in each other.
    package static let nestingLimit = 64

    private let bytes: UnsafeRawBufferPointer
    /// What to add to `offset` to name a place in the outermost bytes.
    private let base: Int
    /// The place of the next byte to be read.
    package private(set) var offset = 0

    package init(_ bytes: UnsafeRawBufferPointer) {
        self.init(bytes, base: 0)
    }

    init(_ bytes: UnsafeRawBufferPointer, base: Int) {
        self.bytes = bytes
        self.base = base
    }

    /// How many bytes are left.
    package var remaining: Int { bytes.count - offset }

    /// The place of the next byte in the outermost bytes, for errors.
    package var position: Int { base + offset }
}

// MARK: - Integers

extension ByteReader {
    package mutating func readUInt8() throws(EncodingError) -> UInt8 { try load(UInt8.self) }
    package mutating func readUInt16() throws(EncodingError) -> UInt16 { try load(UInt16.self) }
    package mutating func readUInt32() throws(EncodingError) -> UInt32 { try load(UInt32.self) }
    package mutating func readUInt64() throws(EncodingError) -> UInt64 { try load(UInt64.self) }

    private mutating func load<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type
    ) throws(EncodingError) -> Integer {
        try require(MemoryLayout<Integer>.size)
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: type)
        offset += MemoryLayout<Integer>.size
        return Integer(bigEndian: value)
    }

    private func require(_ count: Int) throws(EncodingError) {
        guard remaining >= count else { throw EncodingError(.truncated(missing: count - remaining), at: position) }
    }
}

// MARK: - Strings and slices

extension ByteReader {
    /// The next `count` bytes, in place.
    package mutating func readBytes(_ count: Int) throws(EncodingError) -> UnsafeRawBufferPointer {
        try require(count)
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    package mutating func skip(_ count: Int) throws(EncodingError) {
        try require(count)
        offset += count
    }

    /// The bytes of a short string without its length, in place and of any content.
    package mutating func readShortStringBytes() throws(EncodingError) -> UnsafeRawBufferPointer {
        let count = try readUInt8()
        return try readBytes(Int(count))
    }

    /// A short string, which must be UTF-8.
    package mutating func readShortString() throws(EncodingError) -> String {
        let start = position
        let content = try readShortStringBytes()
        guard let text = String(validating: content, as: UTF8.self) else { throw EncodingError(.notText, at: start) }
        return text
    }

    /// A short string in which bytes that are not UTF-8 are replaced by U+FFFD.
    package mutating func readRepairedShortString() throws(EncodingError) -> String {
        String(decoding: try readShortStringBytes(), as: UTF8.self)
    }

    /// The bytes of a long string without its length, in place.
    package mutating func readLongStringBytes() throws(EncodingError) -> UnsafeRawBufferPointer {
        let count = try readUInt32()
        return try readBytes(Int(count))
    }

    /// A reader of the next `count` bytes alone; this reader continues after them.
    mutating func readNested(_ count: Int) throws(EncodingError) -> ByteReader {
        let start = position
        return ByteReader(try readBytes(count), base: start)
    }

    /// Throws if anything is left.
    package func requireEnd() throws(EncodingError) {
        guard remaining == 0 else { throw EncodingError(.leftover(remaining), at: position) }
    }
}
