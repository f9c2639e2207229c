import LeveretModel

// Users and their permissions

extension BrokerCore {
    mutating func putUser(_ definition: UserDefinition) throws(DefinitionError) -> JournalPosition {
        try checkDefinedName(definition.name, of: "user")
        if let existing = users[definition.name] {
            existing.definition = definition
        } else {
            users[definition.name] = User(definition)
        }
        return record(.putUser(definition))
    }

    /// Removes a user and the user's permissions, and closes the user's connections.
    mutating func deleteUser(_ name: String) throws(DefinitionError) -> JournalPosition {
        let user = try existingUser(name)
        let error = AMQPError(.connectionForced, "user '\(name)' was deleted")
        for session in sessionsInOrder where session.user === user {
            closeConnection(of: session.id, with: error)
        }
        for virtualHost in virtualHostsInOrder { removePermissions(of: name, in: virtualHost) }
        users[name] = nil
        rightsChanged()
        return record(.deleteUser(name: name))
    }

    private mutating func removePermissions(of user: String, in virtualHost: VirtualHost) {
        for permission in virtualHost.permissions.topicDefinitions where permission.user.utf8.elementsEqual(user.utf8) {
            removeTopicPermission(user, exchange: permission.exchange, in: virtualHost)
        }
        if virtualHost.permissions.remove(user: user) {
            _ = record(.deletePermission(user: user, virtualHost: virtualHost.name))
        }
    }

    // MARK: Permissions

    mutating func putPermission(_ definition: PermissionDefinition) throws(DefinitionError) -> JournalPosition {
        let virtualHost = try existingVirtualHost(definition.virtualHost)
        _ = try existingUser(definition.user)
        virtualHost.permissions.set(try PermissionPatterns(definition))
        rightsChanged()
        return record(.putPermission(definition))
    }

    mutating func deletePermission(_ user: String, in virtualHost: String) throws(DefinitionError) -> JournalPosition {
        let virtualHost = try existingVirtualHost(virtualHost)
        _ = try existingUser(user)
        guard virtualHost.permissions.remove(user: user) else { return gate.committedPosition }
        rightsChanged()
        return record(.deletePermission(user: user, virtualHost: virtualHost.name))
    }

    mutating func putTopicPermission(
        _ definition: TopicPermissionDefinition
    ) throws(DefinitionError) -> JournalPosition {
        let virtualHost = try existingVirtualHost(definition.virtualHost)
        _ = try existingUser(definition.user)
        virtualHost.permissions.set(try TopicPermissionPatterns(definition))
        rightsChanged()
        return record(.putTopicPermission(definition))
    }

    mutating func deleteTopicPermission(
        _ user: String,
        exchange: String,
        in virtualHost: String
    ) throws(DefinitionError) -> JournalPosition {
        let virtualHost = try existingVirtualHost(virtualHost)
        _ = try existingUser(user)
        return removeTopicPermission(user, exchange: exchange, in: virtualHost)
    }

    @discardableResult
    private mutating func removeTopicPermission(
        _ user: String,
        exchange: String,
        in virtualHost: VirtualHost
    ) -> JournalPosition {
        guard virtualHost.permissions.remove(user: user, exchange: exchange) else { return gate.committedPosition }
        rightsChanged()
        return record(.deleteTopicPermission(user: user, virtualHost: virtualHost.name, exchange: exchange))
    }

    /// What was found out about rights before no longer counts.
    private mutating func rightsChanged() {
        rightsGeneration += 1
        for virtualHost in virtualHosts.values { virtualHost.routingChanged() }
    }

    // MARK: Reports

    /// A user by name.
    package func user(named name: String) -> UserDefinition? { users[name]?.definition }

    /// The users by name.
    package var userDefinitions: [UserDefinition] {
        users.values.map(\.definition).sorted { $0.name < $1.name }
    }

    /// All permissions by virtual host and user.
    package var permissionDefinitions: [PermissionDefinition] {
        virtualHostsInOrder.flatMap(\.permissions.definitions)
    }

    /// All topic permissions by virtual host, user and exchange.
    package var topicPermissionDefinitions: [TopicPermissionDefinition] {
        virtualHostsInOrder.flatMap(\.permissions.topicDefinitions)
    }
}
