/// A value in a field table, with the type letters that RabbitMQ and its clients use.
///
/// The letters differ from the AMQP 0-9-1 document in places; RabbitMQ's reading is the one that clients speak:
/// `s` is a 16-bit integer, and both `l` and `L` are signed 64-bit integers.
public enum FieldValue: Sendable, Hashable {
    /// `t`
    case boolean(Bool)
    /// `b`
    case int8(Int8)
    /// `B`
    case uint8(UInt8)
    /// `s`
    case int16(Int16)
    /// `u`
    case uint16(UInt16)
    /// `I`
    case int32(Int32)
    /// `i`
    case uint32(UInt32)
    /// `l`, and `L` when read
    case int64(Int64)
    /// `f`
    case float(Float)
    /// `d`
    case double(Double)
    /// `D`: `value` divided by ten to the power of `scale`
    case decimal(scale: UInt8, value: UInt32)
    /// `S` holding valid UTF-8
    case string(String)
    /// `S` holding bytes that are not valid UTF-8, kept as they came
    case rawString([UInt8])
    /// `x`
    case bytes([UInt8])
    /// `A`
    case array([FieldValue])
    /// `T`: seconds since 1970
    case timestamp(UInt64)
    /// `F`
    case table(FieldTable)
    /// `V`
    case void
}

extension FieldValue {
    /// The value as a 64-bit integer if it is an integer of any width that fits.
    public var integer: Int64? {
        switch self {
        case .int8(let value): Int64(value)
        case .uint8(let value): Int64(value)
        case .int16(let value): Int64(value)
        case .uint16(let value): Int64(value)
        case .int32(let value): Int64(value)
        case .uint32(let value): Int64(value)
        case .int64(let value): value
        default: nil
        }
    }

    /// The value as text if it is a string of valid UTF-8.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The type's name in RabbitMQ's error texts, such as `signedint` or `longstr`.
    public var typeName: String {
        switch self {
        case .boolean: "bool"
        case .int8: "byte"
        case .uint8: "unsignedbyte"
        case .int16: "short"
        case .uint16: "unsignedshort"
        case .int32: "signedint"
        case .uint32: "unsignedint"
        case .int64: "long"
        case .float: "float"
        case .double: "double"
        case .decimal: "decimal"
        case .string, .rawString: "longstr"
        case .bytes: "binary"
        case .array: "array"
        case .timestamp: "timestamp"
        case .table: "table"
        case .void: "void"
        }
    }
}

extension FieldValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// A `longstr`.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A signed 64-bit integer.
    public init(integerLiteral value: Int64) { self = .int64(value) }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
