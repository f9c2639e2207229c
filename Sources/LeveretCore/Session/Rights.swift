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
    let configure: NamePattern
    let write: NamePattern
    let read: NamePattern

    init(_ definition: PermissionDefinition) {
        configure = NamePattern(definition.configure)
        write = NamePattern(definition.write)
        read = NamePattern(definition.read)
    }

    func allows(_ right: Right, name: String) -> Bool {
        switch right {
        case .configure: configure.matches(name)
        case .write: write.matches(name)
        case .read: read.matches(name)
        }
    }
}

/// An unanchored regular expression over names. The empty expression matches only the empty name, as in RabbitMQ;
/// one that is not valid matches nothing.
enum NamePattern {
    case everything
    case nothing
    case onlyEmpty
    case expression(Regex<AnyRegexOutput>)

    init(_ pattern: String) {
        switch pattern {
        case ".*": self = .everything
        case "", "^$": self = .onlyEmpty
        default:
            if let expression = try? Regex(pattern) {
                self = .expression(expression)
            } else {
                self = .nothing
            }
        }
    }

    func matches(_ name: String) -> Bool {
        switch self {
        case .everything: true
        case .nothing: false
        case .onlyEmpty: name.isEmpty
        case .expression(let expression): name.contains(expression)
        }
    }
}
