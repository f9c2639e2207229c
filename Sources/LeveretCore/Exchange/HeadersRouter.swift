import LeveretModel

/// The bindings whose arguments match the message's headers, by `x-match`.
final class HeadersRouter: Router {
    private var bindings: [Binding] = []

    var dependsOnKeyOnly: Bool { false }

    func add(_ binding: Binding) { bindings.append(binding) }

    func remove(_ binding: Binding) { bindings.removeAll { $0 === binding } }

    func forEachMatch(_ subject: RoutingSubject, _ match: (Binding) -> Void) {
        guard !bindings.isEmpty else { return }
        let headers = HeadersRouter.headers(in: subject.properties)
        for binding in bindings where HeadersMatch(binding.arguments).matches(headers) { match(binding) }
    }

    private static func headers(in properties: UnsafeRawBufferPointer) -> FieldTable {
        guard let range = (try? PropertiesSummary(scanning: properties))?.headers else { return [:] }
        return (try? FieldTable(encoded: UnsafeRawBufferPointer(rebasing: properties[range]))) ?? [:]
    }
}

/// What a headers binding asks for.
struct HeadersMatch {
    /// The values of `x-match`.
    enum Mode: String {
        case all
        case any
        case allWithX = "all-with-x"
        case anyWithX = "any-with-x"
    }

    private let mode: Mode
    private let arguments: FieldTable

    init(_ arguments: FieldTable) {
        mode = arguments["x-match"]?.string.flatMap(Mode.init) ?? .all
        self.arguments = arguments
    }

    func matches(_ headers: FieldTable) -> Bool {
        let wanted = arguments.entries.lazy.filter { isWanted($0.key) }
        switch mode {
        case .all, .allWithX: return wanted.allSatisfy { isMet($0, headers) }
        case .any, .anyWithX: return wanted.contains { isMet($0, headers) }
        }
    }

    private func isWanted(_ key: String) -> Bool {
        switch mode {
        case .all, .any: !key.hasPrefix("x-")
        case .allWithX, .anyWithX: key != "x-match"
        }
    }

    /// A void argument asks only that the header be there.
    private func isMet(_ wanted: FieldTable.Entry, _ headers: FieldTable) -> Bool {
        guard let value = headers[wanted.key] else { return false }
        if case .void = wanted.value { return true }
        return value.isEquivalent(to: wanted.value)
    }
}

extension FieldValue {
    /// Whether both mean the same: integers of any width by value, all else by type and value.
    func isEquivalent(to other: FieldValue) -> Bool {
        if let number = integer, let otherNumber = other.integer { return number == otherNumber }
        switch (self, other) {
        case (.float(let value), .double(let otherValue)): return Double(value) == otherValue
        case (.double(let value), .float(let otherValue)): return value == Double(otherValue)
        default: return self == other
        }
    }
}
