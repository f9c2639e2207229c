/// Who may do what in a virtual host.
struct Permissions {
    private var byUser = NameTable<PermissionPatterns>()
    /// By user and exchange.
    private var topics = NameTable<NameTable<TopicPermissionPatterns>>()

    /// Whether the user may enter the virtual host.
    func admits(_ user: String) -> Bool { byUser[user] != nil }

    func allows(_ user: String, _ right: Right, name: String) -> Bool {
        byUser[user]?.allows(right, name: name) ?? false
    }

    /// Whether nothing was said about the user and the topic exchange, or the key is allowed.
    func allows(_ user: String, _ right: Right, key: String, of exchange: String) -> Bool {
        topics[user]?[exchange]?.allows(right, key: key) ?? true
    }

    mutating func set(_ permission: PermissionPatterns) {
        byUser[permission.definition.user] = permission
    }

    /// Takes back what was set; `false` if there was nothing.
    mutating func remove(user: String) -> Bool {
        defer { byUser[user] = nil }
        return byUser[user] != nil
    }

    mutating func set(_ permission: TopicPermissionPatterns) {
        topics[permission.definition.user, default: NameTable()][permission.definition.exchange] = permission
    }

    /// Takes back what was set; `false` if there was nothing.
    mutating func remove(user: String, exchange: String) -> Bool {
        guard topics[user]?[exchange] != nil else { return false }
        topics[user, default: NameTable()][exchange] = nil
        return true
    }

    /// By the names of the users.
    var definitions: [PermissionDefinition] {
        byUser.values.map(\.definition).sorted { $0.user < $1.user }
    }

    /// By the names of users and exchanges.
    var topicDefinitions: [TopicPermissionDefinition] {
        topics.values.flatMap { $0.values.map(\.definition) }
            .sorted { ($0.user, $0.exchange) < ($1.user, $1.exchange) }
    }
}
