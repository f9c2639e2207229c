import LeveretCore

/// What a user may do in a virtual host: for each right a regular expression that is searched for in the names of
/// queues and exchanges. An empty one grants nothing.
public struct PermissionInformation: Sendable, Hashable, Codable {
    /// Whose permissions these are.
    public var user: String
    /// Where they count.
    public var virtualHost: String
    /// What the user may declare and delete.
    public var configure: String
    /// What the user may publish to, and bind.
    public var write: String
    /// What the user may consume, get and purge, and bind to.
    public var read: String
}

/// Which routing keys a user may publish to a topic exchange, and which binding keys the user may bind to it.
public struct TopicPermissionInformation: Sendable, Hashable, Codable {
    /// Whose permissions these are.
    public var user: String
    /// Where they count.
    public var virtualHost: String
    /// The topic exchange.
    public var exchange: String
    /// A regular expression over routing keys. `{username}` and `{vhost}` in it stand for the names of the two.
    public var write: String
    /// A regular expression over binding keys. `{username}` and `{vhost}` in it stand for the names of the two.
    public var read: String
}

extension Broker {
    /// All permissions, by virtual host and user.
    public var permissions: [PermissionInformation] {
        driver.inspect { $0.permissionDefinitions }.map { definition in
            PermissionInformation(
                user: definition.user,
                virtualHost: definition.virtualHost,
                configure: definition.configure,
                write: definition.write,
                read: definition.read
            )
        }
    }

    /// Sets what a user may do in a virtual host, which lets the user enter it. Counts at once, also for connections
    /// that are there.
    ///
    /// - Throws: `AdministrationError` if there is no such user or virtual host, or if an expression is not valid.
    public func setPermissions(
        ofUser user: String,
        in virtualHost: String = "/",
        configure: String,
        write: String,
        read: String
    ) async throws {
        let permission = PermissionDefinition(
            user: user,
            virtualHost: virtualHost,
            configure: configure,
            write: write,
            read: read
        )
        try await define { _ in .putPermission(permission) }
    }

    /// Takes a user's permissions in a virtual host back. Connections that are there stay, and may do nothing more.
    ///
    /// - Throws: `AdministrationError` if there is no such user or virtual host.
    public func clearPermissions(ofUser user: String, in virtualHost: String = "/") async throws {
        try await define { _ in .deletePermission(user: user, virtualHost: virtualHost) }
    }

    // MARK: Topics

    /// All topic permissions, by virtual host, user and exchange.
    public var topicPermissions: [TopicPermissionInformation] {
        driver.inspect { $0.topicPermissionDefinitions }.map { definition in
            TopicPermissionInformation(
                user: definition.user,
                virtualHost: definition.virtualHost,
                exchange: definition.exchange,
                write: definition.write,
                read: definition.read
            )
        }
    }

    /// Restricts the keys that a user may publish to a topic exchange and bind to it. Without topic permissions the
    /// rights to the exchange alone decide.
    ///
    /// - Throws: `AdministrationError` if there is no such user or virtual host, or if an expression is not valid.
    public func setTopicPermissions(
        ofUser user: String,
        in virtualHost: String = "/",
        exchange: String,
        write: String,
        read: String
    ) async throws {
        let permission = TopicPermissionDefinition(
            user: user,
            virtualHost: virtualHost,
            exchange: exchange,
            write: write,
            read: read
        )
        try await define { _ in .putTopicPermission(permission) }
    }

    /// Takes a user's topic permissions back: for one exchange, or for all of a virtual host.
    ///
    /// - Throws: `AdministrationError` if there is no such user or virtual host.
    public func clearTopicPermissions(
        ofUser user: String,
        in virtualHost: String = "/",
        exchange: String? = nil
    ) async throws {
        let own = topicPermissions.filter { $0.user == user && $0.virtualHost == virtualHost }
        for exchange in exchange.map({ [$0] }) ?? own.map(\.exchange) {
            try await define { _ in .deleteTopicPermission(user: user, virtualHost: virtualHost, exchange: exchange) }
        }
    }
}
