/// An unanchored regular expression over names and keys.
enum NamePattern {
    case everything
    case nothing
    case onlyEmpty
    case expression(Regex<AnyRegexOutput>)

    /// `nil` if the expression is not valid. An empty one is found in every name.
    init?(_ pattern: String) {
        switch pattern {
        case "", ".*": self = .everything
        case "^$": self = .onlyEmpty
        default:
            guard let expression = try? Regex(pattern) else { return nil }
            self = .expression(expression.matchingSemantics(.unicodeScalar))
        }
    }

    /// An expression of a permission, of which the empty one matches only the empty name, as in RabbitMQ.
    init?(permission pattern: String) {
        self.init(pattern.isEmpty ? "^$" : pattern)
    }

    func matches(_ name: String) -> Bool {
        switch self {
        case .everything: true
        case .nothing: false
        case .onlyEmpty: name.isEmpty
        case .expression(let expression): name.contains(expression)
        }
    }

    /// An expression that matches exactly this text.
    static func escaped(_ text: String) -> String {
        let special = #"\^$.|?*+()[]{}"#.unicodeScalars
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if special.contains(scalar) { result += #"\"# }
            result.unicodeScalars.append(scalar)
        }
    }
}
