extension FieldTable {
    /// Appends the table with the four bytes of its length. On an error nothing is appended.
    ///
    /// - Throws: if a key is over 255 bytes, or tables and arrays lie in each other too deeply to be read again.
    package func encode(into bytes: inout [UInt8]) throws(EncodingError) {
        try bytes.appendAtomically { bytes throws(EncodingError) in try append(to: &bytes, depth: 1) }
    }

    /// How many bytes `encode` appends, the length included.
    package var encodedSize: Int {
        entries.reduce(4) { $0 + 1 + $1.key.utf8.count + $1.value.encodedSize }
    }

    fileprivate func append(to bytes: inout [UInt8], depth: Int) throws(EncodingError) {
        guard depth <= ByteReader.nestingLimit else { throw EncodingError(.nestedTooDeeply, at: bytes.count) }
        try bytes.appendMeasured { bytes throws(EncodingError) in
            for entry in entries {
                try bytes.append(shortString: entry.key)
                try entry.value.append(to: &bytes, depth: depth)
            }
        }
    }
}

extension FieldValue {
    /// How many bytes the value takes, its type letter included.
    fileprivate var encodedSize: Int {
        switch self {
        case .string(let text): 5 + text.utf8.count
        case .rawString(let content), .bytes(let content): 5 + content.count
        case .array(let values): values.reduce(5) { $0 + $1.encodedSize }
        case .table(let table): 1 + table.encodedSize
        default: 1 + (type.fixedSize ?? 0)
        }
    }

    private var type: FieldType {
        switch self {
        case .boolean: .boolean
        case .int8: .int8
        case .uint8: .uint8
        case .int16: .int16
        case .uint16: .uint16
        case .int32: .int32
        case .uint32: .uint32
        case .int64: .int64
        case .float: .float
        case .double: .double
        case .decimal: .decimal
        case .string, .rawString: .longString
        case .bytes: .bytes
        case .array: .array
        case .timestamp: .timestamp
        case .table: .table
        case .void: .void
        }
    }

    fileprivate func append(to bytes: inout [UInt8], depth: Int) throws(EncodingError) {
        bytes.append(type.rawValue)
        switch self {
        case .string(let text): try bytes.append(longString: text.utf8)
        case .rawString(let content), .bytes(let content): try bytes.append(longString: content)
        case .array(let values): try Self.append(array: values, to: &bytes, depth: depth + 1)
        case .table(let table): try table.append(to: &bytes, depth: depth + 1)
        default: appendFixed(to: &bytes)
        }
    }

    private static func append(
        array values: [FieldValue],
        to bytes: inout [UInt8],
        depth: Int
    ) throws(EncodingError) {
        guard depth <= ByteReader.nestingLimit else { throw EncodingError(.nestedTooDeeply, at: bytes.count) }
        try bytes.appendMeasured { bytes throws(EncodingError) in
            for value in values {
                try value.append(to: &bytes, depth: depth)
            }
        }
    }

    private func appendFixed(to bytes: inout [UInt8]) {
        switch self {
        case .boolean(let value): bytes.append(value ? 1 : 0)
        case .int8(let value): bytes.append(UInt8(bitPattern: value))
        case .uint8(let value): bytes.append(value)
        case .int16(let value): bytes.append(bigEndian: UInt16(bitPattern: value))
        case .uint16(let value): bytes.append(bigEndian: value)
        case .int32(let value): bytes.append(bigEndian: UInt32(bitPattern: value))
        case .uint32(let value): bytes.append(bigEndian: value)
        case .int64(let value): bytes.append(bigEndian: UInt64(bitPattern: value))
        case .float(let value): bytes.append(bigEndian: value.bitPattern)
        case .double(let value): bytes.append(bigEndian: value.bitPattern)
        case .timestamp(let value): bytes.append(bigEndian: value)
        case .decimal(let scale, let value):
            bytes.append(scale)
            bytes.append(bigEndian: value)
        case .string, .rawString, .bytes, .array, .table, .void: break
        }
    }
}
