extension FieldTable {
    /// Whether an encoded table may hold a key, found without decoding it: its bytes occur somewhere.
    ///
    /// `false` is certain, so that most tables need no decoding.
    package static func mayContain(_ key: StaticString, in encoded: UnsafeRawBufferPointer) -> Bool {
        let length = key.utf8CodeUnitCount
        guard encoded.count > length else { return false }
        let wanted = UnsafeRawBufferPointer(start: key.utf8Start, count: length)
        // The key's length stands before the key.
        let first = UInt8(truncatingIfNeeded: length)
        for start in 0..<(encoded.count - length) where encoded[start] == first {
            let candidate = UnsafeRawBufferPointer(rebasing: encoded[(start + 1)...(start + length)])
            if candidate.elementsEqual(wanted) { return true }
        }
        return false
    }

    /// As above, for any of several keys that all begin with `x-`. One look is enough for most tables.
    package static func mayContain(anyOf keys: [StaticString], in encoded: UnsafeRawBufferPointer) -> Bool {
        guard encoded.count > 2 else { return false }
        let hasExtension = (1..<(encoded.count - 1)).contains {
            encoded[$0] == UInt8(ascii: "x") && encoded[$0 + 1] == UInt8(ascii: "-")
        }
        return hasExtension && keys.contains { mayContain($0, in: encoded) }
    }
}
