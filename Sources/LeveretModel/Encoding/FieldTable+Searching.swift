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
}
