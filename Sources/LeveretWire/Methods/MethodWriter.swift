import LeveretModel
import NIOCore

/// Writes the frame of a method field by field, with consecutive bits in shared octets.
package struct MethodWriter {
    private var bytes: [UInt8] = []
    private var nextBit: UInt8 = 8

    init(_ method: MethodID, channel: UInt16) {
        bytes.reserveCapacity(64)
        bytes.append(FrameKind.method.rawValue)
        bytes.append(bigEndian: channel)
        bytes.append(bigEndian: UInt32(0))
        bytes.append(bigEndian: method.classID)
        bytes.append(bigEndian: method.methodID)
    }

    mutating func writeBit(_ value: Bool) {
        if nextBit == 8 {
            bytes.append(0)
            nextBit = 0
        }
        if value { bytes[bytes.count - 1] |= 1 << nextBit }
        nextBit += 1
    }

    mutating func writeUInt8(_ value: UInt8) {
        nextBit = 8
        bytes.append(value)
    }

    mutating func writeUInt16(_ value: UInt16) {
        nextBit = 8
        bytes.append(bigEndian: value)
    }

    mutating func writeUInt32(_ value: UInt32) {
        nextBit = 8
        bytes.append(bigEndian: value)
    }

    mutating func writeUInt64(_ value: UInt64) {
        nextBit = 8
        bytes.append(bigEndian: value)
    }

    mutating func writeShortString(_ text: String) throws(EncodingError) {
        nextBit = 8
        try bytes.append(shortString: text)
    }

    mutating func writeLongText(_ text: String) throws(EncodingError) {
        nextBit = 8
        try bytes.append(longString: text.utf8)
    }

    mutating func writeLongBytes(_ content: [UInt8]) throws(EncodingError) {
        nextBit = 8
        try bytes.append(longString: content)
    }

    mutating func writeTable(_ table: FieldTable) throws(EncodingError) {
        nextBit = 8
        try table.encode(into: &bytes)
    }

    /// Completes the frame and moves it into the buffer.
    mutating func finish(into buffer: inout ByteBuffer) throws(EncodingError) {
        let payload = bytes.count - FrameLimits.headerSize
        guard let count = UInt32(exactly: payload) else { throw EncodingError(.tooLong(payload), at: 3) }
        for index in 0..<4 {
            bytes[3 + index] = UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * index))
        }
        bytes.append(FrameLimits.frameEnd)
        buffer.writeBytes(bytes)
    }
}
