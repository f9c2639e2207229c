package import LeveretModel

/// Reads the fields of a method, with consecutive bits out of shared octets.
package struct MethodReader {
    /// The method whose fields follow.
    package let method: MethodID
    private var bytes: ByteReader
    private var bits: UInt8 = 0
    private var nextBit: UInt8 = 8

    init(_ payload: UnsafeRawBufferPointer) throws(WireError) {
        method = try MethodID(payload: payload)
        bytes = ByteReader(UnsafeRawBufferPointer(rebasing: payload[4...]))
    }

    mutating func readBit() throws(WireError) -> Bool {
        if nextBit == 8 {
            bits = try readUInt8()
            nextBit = 0
        }
        defer { nextBit += 1 }
        return bits & (1 << nextBit) != 0
    }

    mutating func readUInt8() throws(WireError) -> UInt8 {
        try read { reader throws(EncodingError) in try reader.readUInt8() }
    }

    mutating func readUInt16() throws(WireError) -> UInt16 {
        try read { reader throws(EncodingError) in try reader.readUInt16() }
    }

    mutating func readUInt32() throws(WireError) -> UInt32 {
        try read { reader throws(EncodingError) in try reader.readUInt32() }
    }

    mutating func readUInt64() throws(WireError) -> UInt64 {
        try read { reader throws(EncodingError) in try reader.readUInt64() }
    }

    mutating func readShortString() throws(WireError) -> String {
        try read { reader throws(EncodingError) in try reader.readShortString() }
    }

    mutating func readLongText() throws(WireError) -> String {
        try read { reader throws(EncodingError) in
            let start = reader.position
            let content = try reader.readLongStringBytes()
            guard let text = String(validating: content, as: UTF8.self) else {
                throw EncodingError(.notText, at: start)
            }
            return text
        }
    }

    mutating func readLongBytes() throws(WireError) -> [UInt8] {
        try read { reader throws(EncodingError) in [UInt8](try reader.readLongStringBytes()) }
    }

    mutating func readTable() throws(WireError) -> FieldTable {
        try read { reader throws(EncodingError) in try reader.readTable() }
    }

    /// Throws if the payload holds more than the fields.
    func requireEnd() throws(WireError) {
        do throws(EncodingError) {
            try bytes.requireEnd()
        } catch {
            throw WireError(error, method: method)
        }
    }

    private mutating func read<Value>(
        _ body: (inout ByteReader) throws(EncodingError) -> Value
    ) throws(WireError) -> Value {
        nextBit = 8
        do throws(EncodingError) {
            return try body(&bytes)
        } catch {
            throw WireError(error, method: method)
        }
    }
}
