/// The letter before a value in a field table.
enum FieldType: UInt8 {
    case boolean = 0x74  // t
    case int8 = 0x62  // b
    case uint8 = 0x42  // B
    case int16 = 0x73  // s
    case uint16 = 0x75  // u
    case int32 = 0x49  // I
    case uint32 = 0x69  // i
    case int64 = 0x6C  // l
    case int64Alternative = 0x4C  // L
    case float = 0x66  // f
    case double = 0x64  // d
    case decimal = 0x44  // D
    case longString = 0x53  // S
    case bytes = 0x78  // x
    case array = 0x41  // A
    case timestamp = 0x54  // T
    case table = 0x46  // F
    case void = 0x56  // V

    /// How many bytes a value of the type takes, or `nil` if it begins with its length.
    var fixedSize: Int? {
        switch self {
        case .void: 0
        case .boolean, .int8, .uint8: 1
        case .int16, .uint16: 2
        case .int32, .uint32, .float: 4
        case .decimal: 5
        case .int64, .int64Alternative, .double, .timestamp: 8
        case .longString, .bytes, .array, .table: nil
        }
    }
}
