import ArgumentParser
import LeveretModel

/// `name=value` on the command line: one pair of a field table.
///
/// Whole numbers and `true` and `false` travel as such, a value in double quotes and everything else as text.
struct TypedArgument: ExpressibleByArgument, Hashable {
    var name: String
    var value: FieldValue

    init?(argument: String) {
        guard let separator = argument.firstIndex(of: "="), separator > argument.startIndex else { return nil }
        name = String(argument[..<separator])
        guard name.utf8.count <= 255 else { return nil }
        value = Self.value(of: argument[argument.index(after: separator)...])
    }

    private static func value(of text: Substring) -> FieldValue {
        if text == "true" { return .boolean(true) }
        if text == "false" { return .boolean(false) }
        if let number = Int64(text) { return .int64(number) }
        if text.count >= 2, text.first == "\"", text.last == "\"" {
            return .string(String(text.dropFirst().dropLast()))
        }
        return .string(String(text))
    }

    static let hint = "Whole numbers, true and false are sent as such; a value in double quotes is always text."
}

extension FieldTable {
    init(_ arguments: [TypedArgument]) {
        self.init(entries: arguments.map { Entry(key: $0.name, value: $0.value) })
    }
}
