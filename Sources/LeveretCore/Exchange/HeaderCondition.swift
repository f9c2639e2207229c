import LeveretModel

/// One thing that a binding may ask for: a header of a certain value, or just a header of that name.
struct HeaderCondition: Hashable {
    /// Values in the form in which they are compared: numbers by value, texts by their bytes.
    private enum Value: Hashable {
        case present
        case integer(Int64)
        case real(Double)
        case text([UInt8])
        case other(FieldValue)
    }

    private let name: [UInt8]
    private let value: Value

    /// What a binding's argument asks for. A void argument asks only that the header be there.
    init(name: String, value: FieldValue) {
        self.name = Array(name.utf8)
        self.value =
            switch value {
            case .void: .present
            case .float(let number): .real(Double(number))
            case .double(let number): .real(number)
            case .string(let text): .text(Array(text.utf8))
            case .rawString(let bytes): .text(bytes)
            default: value.integer.map(Value.integer) ?? .other(value)
            }
    }

    /// All conditions that a message with these headers meets, in a fixed order. Of headers of one name the last counts.
    static func met(by headers: FieldTable) -> [HeaderCondition] {
        var conditions: [HeaderCondition] = []
        var seen: Set<[UInt8]> = []
        for header in headers.entries.reversed() where seen.insert(Array(header.key.utf8)).inserted {
            conditions.append(HeaderCondition(name: header.key, value: .void))
            if header.value != .void { conditions.append(HeaderCondition(name: header.key, value: header.value)) }
        }
        return conditions
    }
}
