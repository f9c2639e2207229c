import Leveret

extension OperatorValue {
    /// As rabbitmqctl writes it between tabs: texts as they are, tables as lists of pairs.
    var text: String {
        switch self {
        case .text(let text): text.escapedForOneLine
        default: term
        }
    }

    /// Inside of a list or table.
    private var term: String {
        switch self {
        case .null: "undefined"
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .text(let text): "\"\(text.escapedForOneLine.replacing("\"", with: "\\\""))\""
        case .list(let values): "[\(values.map(\.term).joined(separator: ","))]"
        case .table(let members):
            "[\(members.sorted { $0.key < $1.key }.map { "{\"\($0.key)\",\($0.value.term)}" }.joined(separator: ", "))]"
        }
    }

    var json: JSONValue {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .text(let text): .string(text)
        case .list(let values): .array(values.map(\.json))
        case .table(let members):
            .object(members.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value.json) })
        }
    }
}

extension String {
    /// Line ends and tabs would look like rows and columns of their own.
    fileprivate var escapedForOneLine: String {
        guard utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\\") }) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\\": text += "\\\\"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
