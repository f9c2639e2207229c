extension ByteReader {
    /// Moves past a table with its length and checks all of its structure without building it.
    ///
    /// - Returns: where the content lies, without its length.
    mutating func scanTable() throws(EncodingError) -> Range<Int> {
        let count = try readUInt32()
        let start = offset
        var content = try readNested(Int(count))
        try content.scanPairs(depth: 1)
        return start..<offset
    }

    private mutating func scanPairs(depth: Int) throws(EncodingError) {
        guard depth <= Self.nestingLimit else { throw EncodingError(.nestedTooDeeply, at: position) }
        while remaining > 0 {
            try skip(Int(try readUInt8()))
            try scanValue(depth: depth)
        }
    }

    private mutating func scanArray(depth: Int) throws(EncodingError) {
        guard depth <= Self.nestingLimit else { throw EncodingError(.nestedTooDeeply, at: position) }
        while remaining > 0 {
            try scanValue(depth: depth)
        }
    }

    private mutating func scanValue(depth: Int) throws(EncodingError) {
        let start = position
        let letter = try readUInt8()
        guard let type = FieldType(rawValue: letter) else { throw EncodingError(.unknownType(letter), at: start) }
        if let size = type.fixedSize {
            try skip(size)
            return
        }
        let count = try readUInt32()
        var content = try readNested(Int(count))
        switch type {
        case .table: try content.scanPairs(depth: depth + 1)
        case .array: try content.scanArray(depth: depth + 1)
        default: break
        }
    }
}
