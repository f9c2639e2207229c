import LeveretModel

/// A value in a row of a definition.
enum ColumnValue: Hashable {
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    init(_ value: Bool) { self = .integer(value ? 1 : 0) }

    init(_ value: FieldTable) throws {
        var bytes: [UInt8] = []
        try value.encode(into: &bytes)
        self = .blob(bytes)
    }

    /// Reads a column; nil if it holds what a definition never does.
    init?(_ column: Int32, of statement: SQLiteStatement) throws {
        switch statement.type(column) {
        case .integer: self = .integer(statement.integer(column))
        case .text: self = .text(try statement.text(column))
        case .blob: self = .blob(try statement.blob(column))
        case .real, .null: return nil
        }
    }

    /// Appends what a checksum covers: the type, and the length where there is one, keep values apart.
    func appendChecked(to bytes: inout [UInt8]) {
        switch self {
        case .integer(let value):
            bytes.append(0)
            bytes.append(bigEndian: UInt64(bitPattern: value))
        case .text(let text):
            bytes.append(1)
            bytes.append(bigEndian: UInt64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        case .blob(let content):
            bytes.append(2)
            bytes.append(bigEndian: UInt64(content.count))
            bytes.append(contentsOf: content)
        }
    }
}

/// Takes the columns of a row one by one, in order.
struct ColumnReader {
    /// A column does not hold what it should.
    struct Mismatch: Error {}

    private var values: ArraySlice<ColumnValue>

    init(_ values: [ColumnValue]) { self.values = values[...] }

    mutating func integer() throws -> Int64 {
        guard case .integer(let value)? = values.popFirst() else { throw Mismatch() }
        return value
    }

    mutating func text() throws -> String {
        guard case .text(let value)? = values.popFirst() else { throw Mismatch() }
        return value
    }

    mutating func blob() throws -> [UInt8] {
        guard case .blob(let value)? = values.popFirst() else { throw Mismatch() }
        return value
    }

    mutating func boolean() throws -> Bool { try integer() != 0 }

    mutating func table() throws -> FieldTable {
        try blob().withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            let table = try reader.readTable()
            try reader.requireEnd()
            return table
        }
    }
}
