/// What a user may do with a name (RabbitMQ's three permissions).
enum Right: Hashable {
    case configure
    case write
    case read

    var name: String {
        switch self {
        case .configure: "configure"
        case .write: "write"
        case .read: "read"
        }
    }
}

/// Rights that were looked up before. Bounded: it begins anew when it is full.
struct RightsCache {
    private static let capacity = 1024
    private var answers: [Right: NameTable<Bool>] = [:]
    private var count = 0
    private var generation: UInt64 = 0

    mutating func answer(
        _ right: Right,
        for name: String,
        generation: UInt64,
        otherwise look: () -> Bool
    ) -> Bool {
        if generation != self.generation || count >= RightsCache.capacity {
            answers.removeAll()
            count = 0
            self.generation = generation
        }
        if let known = answers[right]?[name] { return known }
        let answer = look()
        answers[right, default: NameTable()][name] = answer
        count += 1
        return answer
    }
}

/// A user's rights in a virtual host: for each right an expression that a name must match somewhere.
struct PermissionPatterns {
    let definition: PermissionDefinition
    private let configure: NamePattern
    private let write: NamePattern
    private let read: NamePattern

    init(_ definition: PermissionDefinition) throws(DefinitionError) {
        self.definition = definition
        configure = try NamePattern(permission: definition.configure, of: "configure")
        write = try NamePattern(permission: definition.write, of: "write")
        read = try NamePattern(permission: definition.read, of: "read")
    }

    func allows(_ right: Right, name: String) -> Bool {
        switch right {
        case .configure: configure.matches(name)
        case .write: write.matches(name)
        case .read: read.matches(name)
        }
    }
}

/// A user's rights to the keys of a topic exchange.
struct TopicPermissionPatterns {
    let definition: TopicPermissionDefinition
    private let write: NamePattern
    private let read: NamePattern

    init(_ definition: TopicPermissionDefinition) throws(DefinitionError) {
        self.definition = definition
        write = try NamePattern(permission: definition.expanded(definition.write), of: "write")
        read = try NamePattern(permission: definition.expanded(definition.read), of: "read")
    }

    func allows(_ right: Right, key: String) -> Bool {
        switch right {
        case .configure: false
        case .write: write.matches(key)
        case .read: read.matches(key)
        }
    }
}

extension TopicPermissionDefinition {
    /// Names are taken as they are: what is special in expressions is not special in them.
    fileprivate func expanded(_ pattern: String) -> String {
        pattern
            .replacing("{username}", with: NamePattern.escaped(user))
            .replacing("{vhost}", with: NamePattern.escaped(virtualHost))
    }
}

extension NamePattern {
    fileprivate init(permission pattern: String, of right: String) throws(DefinitionError) {
        guard let valid = NamePattern(permission: pattern) else {
            throw DefinitionError(.invalid, "'\(pattern)' is not a valid regular expression for the \(right) right")
        }
        self = valid
    }
}
