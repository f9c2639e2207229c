import LeveretModel

/// A value in an answer to an operator, as JSON has it.
package indirect enum OperatorValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([OperatorValue])
    case table([String: OperatorValue])

    package static func count(_ value: some BinaryInteger) -> OperatorValue { .integer(Int64(clamping: value)) }

    /// Nothing for `nil`, which is written as an empty text, as rabbitmqctl does.
    package static func optional(_ text: String?) -> OperatorValue { .text(text ?? "") }
}

extension OperatorValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let values = try? container.decode([OperatorValue].self) {
            self = .list(values)
        } else {
            self = .table(try container.decode([String: OperatorValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .table(let members): try container.encode(members)
        }
    }
}

// MARK: - Field tables

extension OperatorValue {
    /// Of two pairs of one name the last counts, as on look-up.
    package init(_ table: FieldTable) {
        self = .table(
            Dictionary(table.entries.map { ($0.key, OperatorValue($0.value)) }, uniquingKeysWith: { $1 })
        )
    }

    package init(_ value: FieldValue) {
        if let integer = value.integer {
            self = .integer(integer)
            return
        }
        switch value {
        case .boolean(let value): self = .boolean(value)
        case .float(let value): self = .finite(Double(value))
        case .double(let value): self = .finite(value)
        case .decimal(let scale, let value):
            self = .number((0..<scale).reduce(Double(value)) { quotient, _ in quotient / 10 })
        case .string(let value): self = .text(value)
        case .rawString(let bytes), .bytes(let bytes): self = .text(String(decoding: bytes, as: UTF8.self))
        case .array(let values): self = .list(values.map { OperatorValue($0) })
        case .timestamp(let seconds): self = .count(seconds)
        case .table(let table): self.init(table)
        default: self = .null
        }
    }

    /// JSON has no word for infinity and not-a-number.
    private static func finite(_ value: Double) -> OperatorValue { value.isFinite ? .number(value) : .null }
}
