/// Asks for the permissions: those in a virtual host, or those of a user.
package struct ListPermissions: OperatorRequest {
    package static let command = "list_permissions"
    private let virtualHost: String?
    private let user: String?

    package init(virtualHost: String) {
        self.virtualHost = virtualHost
        user = nil
    }

    package init(user: String) {
        self.user = user
        virtualHost = nil
    }

    package func perform(on broker: Broker) async throws -> [PermissionInformation] {
        if let virtualHost { try broker.require(virtualHost: virtualHost) }
        if let user { try broker.require(user: user) }
        return broker.permissions.filter { permission in
            (virtualHost ?? permission.virtualHost) == permission.virtualHost
                && (user ?? permission.user) == permission.user
        }
    }
}

/// Sets what a user may do in a virtual host.
package struct SetPermissions: OperatorRequest {
    package static let command = "set_permissions"
    private let permission: PermissionInformation

    package init(user: String, virtualHost: String, configure: String, write: String, read: String) {
        permission = PermissionInformation(
            user: user,
            virtualHost: virtualHost,
            configure: configure,
            write: write,
            read: read
        )
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.setPermissions(
            ofUser: permission.user,
            in: permission.virtualHost,
            configure: permission.configure,
            write: permission.write,
            read: permission.read
        )
        return Done()
    }
}

/// Takes a user's permissions in a virtual host back.
package struct ClearPermissions: OperatorRequest {
    package static let command = "clear_permissions"
    private let user: String
    private let virtualHost: String

    package init(user: String, virtualHost: String) {
        self.user = user
        self.virtualHost = virtualHost
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.clearPermissions(ofUser: user, in: virtualHost)
        return Done()
    }
}

// MARK: - Topics

/// Asks for the topic permissions in a virtual host.
package struct ListTopicPermissions: OperatorRequest {
    package static let command = "list_topic_permissions"
    private let virtualHost: String

    package init(virtualHost: String) { self.virtualHost = virtualHost }

    package func perform(on broker: Broker) async throws -> [TopicPermissionInformation] {
        try broker.require(virtualHost: virtualHost)
        return broker.topicPermissions.filter { $0.virtualHost == virtualHost }
    }
}

/// Restricts the keys that a user may use with a topic exchange.
package struct SetTopicPermissions: OperatorRequest {
    package static let command = "set_topic_permissions"
    private let permission: TopicPermissionInformation

    package init(user: String, virtualHost: String, exchange: String, write: String, read: String) {
        permission = TopicPermissionInformation(
            user: user,
            virtualHost: virtualHost,
            exchange: exchange,
            write: write,
            read: read
        )
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.setTopicPermissions(
            ofUser: permission.user,
            in: permission.virtualHost,
            exchange: permission.exchange,
            write: permission.write,
            read: permission.read
        )
        return Done()
    }
}

/// Takes a user's topic permissions back.
package struct ClearTopicPermissions: OperatorRequest {
    package static let command = "clear_topic_permissions"
    private let user: String
    private let virtualHost: String
    private let exchange: String?

    package init(user: String, virtualHost: String, exchange: String?) {
        self.user = user
        self.virtualHost = virtualHost
        self.exchange = exchange
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.clearTopicPermissions(ofUser: user, in: virtualHost, exchange: exchange)
        return Done()
    }
}
