extension FieldTable {
    /// Reads the content of a table, without the four bytes of its length. Keys that are not UTF-8 are repaired.
    package init(encoded bytes: UnsafeRawBufferPointer) throws(EncodingError) {
        var reader = ByteReader(bytes)
        self = try reader.readTableContent(depth: 1)
    }
}

extension ByteReader {
    /// Reads a table with its length.
    package mutating func readTable() throws(EncodingError) -> FieldTable {
        try readTable(depth: 1)
    }

    private mutating func readTable(depth: Int) throws(EncodingError) -> FieldTable {
        let count = try readUInt32()
        var content = try readNested(Int(count))
        return try content.readTableContent(depth: depth)
    }

    fileprivate mutating func readTableContent(depth: Int) throws(EncodingError) -> FieldTable {
        guard depth <= Self.nestingLimit else { throw EncodingError(.nestedTooDeeply, at: position) }
        var entries: [FieldTable.Entry] = []
        while remaining > 0 {
            let key = try readRepairedShortString()
            entries.append(FieldTable.Entry(key: key, value: try readValue(depth: depth)))
        }
        return FieldTable(entries: entries)
    }

    private mutating func readArray(depth: Int) throws(EncodingError) -> [FieldValue] {
        guard depth <= Self.nestingLimit else { throw EncodingError(.nestedTooDeeply, at: position) }
        let count = try readUInt32()
        var content = try readNested(Int(count))
        var values: [FieldValue] = []
        while content.remaining > 0 {
            values.append(try content.readValue(depth: depth))
        }
        return values
    }

    private mutating func readValue(depth: Int) throws(EncodingError) -> FieldValue {
        let start = position
        let letter = try readUInt8()
        guard let type = FieldType(rawValue: letter) else { throw EncodingError(.unknownType(letter), at: start) }
        switch type {
        case .table: return .table(try readTable(depth: depth + 1))
        case .array: return .array(try readArray(depth: depth + 1))
        case .longString: return try readStringValue()
        case .bytes: return .bytes([UInt8](try readLongStringBytes()))
        default: return try readFixedValue(type)
        }
    }

    private mutating func readStringValue() throws(EncodingError) -> FieldValue {
        let content = try readLongStringBytes()
        if let text = String(validating: content, as: UTF8.self) { return .string(text) }
        return .rawString([UInt8](content))
    }

    private mutating func readFixedValue(_ type: FieldType) throws(EncodingError) -> FieldValue {
        switch type {
        case .boolean: .boolean(try readUInt8() != 0)
        case .int8: .int8(Int8(bitPattern: try readUInt8()))
        case .uint8: .uint8(try readUInt8())
        case .int16: .int16(Int16(bitPattern: try readUInt16()))
        case .uint16: .uint16(try readUInt16())
        case .int32: .int32(Int32(bitPattern: try readUInt32()))
        case .uint32: .uint32(try readUInt32())
        case .int64, .int64Alternative: .int64(Int64(bitPattern: try readUInt64()))
        case .float: .float(Float(bitPattern: try readUInt32()))
        case .double: .double(Double(bitPattern: try readUInt64()))
        case .decimal: .decimal(scale: try readUInt8(), value: try readUInt32())
        case .timestamp: .timestamp(try readUInt64())
        case .longString, .bytes, .array, .table, .void: .void
        }
    }
}
