extension [UInt8] {
    package mutating func append(bigEndian value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    package mutating func append(bigEndian value: UInt32) {
        append(bigEndian: UInt16(truncatingIfNeeded: value >> 16))
        append(bigEndian: UInt16(truncatingIfNeeded: value))
    }

    package mutating func append(bigEndian value: UInt64) {
        append(bigEndian: UInt32(truncatingIfNeeded: value >> 32))
        append(bigEndian: UInt32(truncatingIfNeeded: value))
    }

    /// Appends a string of up to 255 bytes after its length.
    package mutating func append(shortString text: String) throws(EncodingError) {
        guard let count = UInt8(exactly: text.utf8.count) else {
            throw EncodingError(.shortStringTooLong(text.utf8.count), at: self.count)
        }
        append(count)
        append(contentsOf: text.utf8)
    }

    /// Appends bytes after their length in four bytes.
    package mutating func append(longString content: some Collection<UInt8>) throws(EncodingError) {
        guard let count = UInt32(exactly: content.count) else {
            throw EncodingError(.tooLong(content.count), at: self.count)
        }
        append(bigEndian: count)
        append(contentsOf: content)
    }

    /// Appends what `body` appends after its length in four bytes.
    mutating func appendMeasured(
        _ body: (inout [UInt8]) throws(EncodingError) -> Void
    ) throws(EncodingError) {
        let start = count
        append(bigEndian: UInt32(0))
        try body(&self)
        guard let length = UInt32(exactly: count - start - 4) else {
            throw EncodingError(.tooLong(count - start - 4), at: start)
        }
        for byte in 0..<4 {
            self[start + byte] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * byte))
        }
    }

    /// Undoes what `body` appended if it throws.
    mutating func appendAtomically(
        _ body: (inout [UInt8]) throws(EncodingError) -> Void
    ) throws(EncodingError) {
        let start = count
        do throws(EncodingError) {
            try body(&self)
        } catch {
            removeSubrange(start...)
            throw error
        }
    }
}
