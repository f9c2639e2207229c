extension FieldDefinition {
    /// The Swift name, unless the argument is reserved.
    var member: String? { name.map(SwiftNames.member) }

    var swiftType: String {
        switch kind {
        case .bit: "Bool"
        case .octet: "UInt8"
        case .short: "UInt16"
        case .long: "UInt32"
        case .longlong: "UInt64"
        case .shortString, .longText: "String"
        case .longBytes: "[UInt8]"
        case .table: "FieldTable"
        }
    }

    /// The parameter of the initializer; flags and tables may be left out.
    var parameter: String? {
        guard let member else { return nil }
        switch kind {
        case .bit: return "\(member): Bool = false"
        case .table: return "\(member): FieldTable = FieldTable()"
        default: return "\(member): \(swiftType)"
        }
    }

    /// The statement that reads the argument.
    var reading: String {
        let call = "try reader.read\(kind.readerSuffix)()"
        return member.map { "\(SwiftNames.escaped($0)) = \(call)" } ?? "_ = \(call)"
    }

    /// The statement that writes the argument.
    var writing: String {
        let value = member.map(SwiftNames.escaped) ?? kind.emptyValue
        let call = "writer.write\(kind.writerSuffix)(\(value))"
        return kind.writingMayFail ? "try \(call)" : call
    }
}

extension FieldDefinition.Kind {
    fileprivate var readerSuffix: String {
        switch self {
        case .bit: "Bit"
        case .octet: "UInt8"
        case .short: "UInt16"
        case .long: "UInt32"
        case .longlong: "UInt64"
        case .shortString: "ShortString"
        case .longText: "LongText"
        case .longBytes: "LongBytes"
        case .table: "Table"
        }
    }

    fileprivate var writerSuffix: String { readerSuffix }

    fileprivate var emptyValue: String {
        switch self {
        case .bit: "false"
        case .octet, .short, .long, .longlong: "0"
        case .shortString, .longText: "\"\""
        case .longBytes: "[]"
        case .table: "FieldTable()"
        }
    }

    fileprivate var writingMayFail: Bool {
        switch self {
        case .shortString, .longText, .longBytes, .table: true
        case .bit, .octet, .short, .long, .longlong: false
        }
    }
}
