import LeveretModel

/// The policies of a virtual host. At most one applies to a queue or an exchange.
struct Policies {
    private struct Entry {
        let definition: PolicyDefinition
        let pattern: NamePattern
    }

    /// The one that wins comes first: by falling priority, then by name.
    private var entries: [Entry] = []

    var definitions: [PolicyDefinition] {
        entries.map(\.definition).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    func contains(_ name: String) -> Bool { entries.contains { $0.definition.name.utf8.elementsEqual(name.utf8) } }

    mutating func set(_ policy: PolicyDefinition) throws(DefinitionError) {
        guard let pattern = NamePattern(policy.pattern) else {
            throw DefinitionError(.invalid, "'\(policy.pattern)' is not a valid regular expression")
        }
        remove(policy.name)
        entries.append(Entry(definition: policy, pattern: pattern))
        entries.sort { $0.definition.precedes($1.definition) }
    }

    mutating func remove(_ name: String) {
        entries.removeAll { $0.definition.name.utf8.elementsEqual(name.utf8) }
    }

    /// The policy of a queue of this name and type.
    func policy(forQueue name: String, type: String) -> PolicyDefinition? {
        first(name) { $0.isForQueues(ofType: type) }
    }

    func policy(forExchange name: String) -> PolicyDefinition? {
        first(name) { $0 == .all || $0 == .exchanges }
    }

    private func first(_ name: String, _ isMeant: (PolicyDefinition.Target) -> Bool) -> PolicyDefinition? {
        entries.first { isMeant($0.definition.target) && $0.pattern.matches(name) }?.definition
    }
}

extension PolicyDefinition {
    fileprivate func precedes(_ other: PolicyDefinition) -> Bool {
        priority == other.priority
            ? name.utf8.lexicographicallyPrecedes(other.name.utf8) : priority > other.priority
    }
}

extension PolicyDefinition.Target {
    fileprivate func isForQueues(ofType type: String) -> Bool {
        switch self {
        case .all, .queues: true
        case .classicQueues: type == "classic"
        case .quorumQueues: type == "quorum"
        case .streams: type == "stream"
        case .exchanges: false
        }
    }
}
