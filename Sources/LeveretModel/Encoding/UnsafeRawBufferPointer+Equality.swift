extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes.
    ///
    /// Word by word, since names are compared for every message; the last word may overlap the one before.
    @inlinable
    package func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard count >= 8 else {
            if count >= 4 {
                return isEqual(to: other, at: 0, as: UInt32.self) && isEqual(to: other, at: count - 4, as: UInt32.self)
            }
            return indices.allSatisfy { isEqual(to: other, at: $0, as: UInt8.self) }
        }
        var place = 0
        while place + 8 < count {
            guard isEqual(to: other, at: place, as: UInt64.self) else { return false }
            place += 8
        }
        return isEqual(to: other, at: count - 8, as: UInt64.self)
    }

    @inlinable
    func isEqual<Word: BitwiseCopyable & Equatable>(
        to other: UnsafeRawBufferPointer,
        at place: Int,
        as word: Word.Type
    ) -> Bool {
        loadUnaligned(fromByteOffset: place, as: word) == other.loadUnaligned(fromByteOffset: place, as: word)
    }
}
