import LeveretModel

/// The bindings whose arguments match the message's headers, by `x-match`.
///
/// Bindings are found by what they ask for, so that a message costs as much as it has headers, and not as much as
/// the exchange has bindings.
final class HeadersRouter: Router {
    /// Bindings that ask for nothing match every message.
    private var unconditional: [Binding] = []
    /// By their first condition, bindings that ask for all of theirs; by each of their conditions those that ask for
    /// any.
    private var bindings: [HeaderCondition: [Binding]] = [:]
    private var matchesBySerial: [UInt64: HeadersMatch] = [:]

    var dependsOnKeyOnly: Bool { false }

    func add(_ binding: Binding) {
        let match = HeadersMatch(binding.arguments)
        matchesBySerial[binding.serial] = match
        if match.isUnconditional { unconditional.append(binding) }
        for condition in match.indexed { bindings[condition, default: []].append(binding) }
    }

    func remove(_ binding: Binding) {
        guard let match = matchesBySerial.removeValue(forKey: binding.serial) else { return }
        if match.isUnconditional { unconditional.removeInOrder(binding) }
        for condition in match.indexed {
            bindings[condition]?.removeInOrder(binding)
            if bindings[condition]?.isEmpty ?? false { bindings[condition] = nil }
        }
    }

    func forEachMatch(_ subject: RoutingSubject, _ match: (Binding) -> Void) {
        unconditional.forEach(match)
        guard !bindings.isEmpty else { return }
        let met = HeaderCondition.met(by: subject.headers)
        let all = Set(met)
        for condition in met {
            for binding in bindings[condition] ?? [] where matchesBySerial[binding.serial]?.isMet(by: all) ?? false {
                match(binding)
            }
        }
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

    private let asksForAll: Bool
    private let conditions: [HeaderCondition]

    init(_ arguments: FieldTable) {
        let mode = arguments["x-match"]?.string.flatMap(Mode.init) ?? .all
        asksForAll = mode == .all || mode == .allWithX
        let entries = arguments.entries.filter { HeadersMatch.counts($0.key, in: mode) }
        conditions = entries.map { HeaderCondition(name: $0.key, value: $0.value) }
    }

    private static func counts(_ key: String, in mode: Mode) -> Bool {
        switch mode {
        case .all, .any: !key.hasPrefix("x-")
        case .allWithX, .anyWithX: key != "x-match"
        }
    }

    var isUnconditional: Bool { asksForAll && conditions.isEmpty }

    /// The conditions of which a matching message meets at least one.
    var indexed: [HeaderCondition] { asksForAll ? Array(conditions.prefix(1)) : Array(Set(conditions)) }

    func isMet(by met: Set<HeaderCondition>) -> Bool {
        asksForAll ? conditions.allSatisfy(met.contains) : conditions.contains(where: met.contains)
    }
}
