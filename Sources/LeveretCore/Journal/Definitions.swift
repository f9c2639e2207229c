package import LeveretModel

/// A virtual host as the journal keeps it.
package struct VirtualHostDefinition: Sendable, Hashable {
    package var name: String

    package init(name: String) { self.name = name }
}

/// A durable exchange as the journal keeps it.
package struct ExchangeDefinition: Sendable, Hashable {
    package var virtualHost: String
    package var name: String
    package var type: String
    package var autoDelete: Bool
    package var `internal`: Bool
    package var arguments: FieldTable

    package init(
        virtualHost: String,
        name: String,
        type: String,
        autoDelete: Bool,
        internal: Bool,
        arguments: FieldTable
    ) {
        self.virtualHost = virtualHost
        self.name = name
        self.type = type
        self.autoDelete = autoDelete
        self.internal = `internal`
        self.arguments = arguments
    }
}

/// A durable queue as the journal keeps it.
package struct QueueDefinition: Sendable, Hashable {
    package var id: QueueID
    package var virtualHost: String
    package var name: String
    package var autoDelete: Bool
    package var arguments: FieldTable

    package init(id: QueueID, virtualHost: String, name: String, autoDelete: Bool, arguments: FieldTable) {
        self.id = id
        self.virtualHost = virtualHost
        self.name = name
        self.autoDelete = autoDelete
        self.arguments = arguments
    }
}

/// A binding between durable things as the journal keeps it. All six fields together are its identity.
package struct BindingDefinition: Sendable, Hashable {
    package enum DestinationKind: UInt8, Sendable, Hashable {
        case queue = 0
        case exchange = 1
    }

    package var virtualHost: String
    package var source: String
    package var destinationKind: DestinationKind
    package var destination: String
    package var routingKey: String
    package var arguments: FieldTable

    package init(
        virtualHost: String,
        source: String,
        destinationKind: DestinationKind,
        destination: String,
        routingKey: String,
        arguments: FieldTable
    ) {
        self.virtualHost = virtualHost
        self.source = source
        self.destinationKind = destinationKind
        self.destination = destination
        self.routingKey = routingKey
        self.arguments = arguments
    }
}

/// A user as the journal keeps it. The hash is RabbitMQ's form: base64 of salt and hash.
package struct UserDefinition: Sendable, Hashable {
    package var name: String
    package var passwordHash: String
    package var hashingAlgorithm: String
    package var tags: [String]

    package init(name: String, passwordHash: String, hashingAlgorithm: String, tags: [String]) {
        self.name = name
        self.passwordHash = passwordHash
        self.hashingAlgorithm = hashingAlgorithm
        self.tags = tags
    }
}

/// A user's rights in a virtual host, as the journal keeps them: three regular expressions over names.
package struct PermissionDefinition: Sendable, Hashable {
    package var user: String
    package var virtualHost: String
    package var configure: String
    package var write: String
    package var read: String

    package init(user: String, virtualHost: String, configure: String, write: String, read: String) {
        self.user = user
        self.virtualHost = virtualHost
        self.configure = configure
        self.write = write
        self.read = read
    }
}

/// One change of a definition. Deleting a virtual host, exchange or queue deletes its bindings by changes of
/// their own; the journal does not cascade.
package enum DefinitionChange: Sendable, Hashable {
    case putVirtualHost(VirtualHostDefinition)
    case deleteVirtualHost(name: String)
    case putExchange(ExchangeDefinition)
    case deleteExchange(virtualHost: String, name: String)
    case putQueue(QueueDefinition)
    case deleteQueue(QueueID)
    case putBinding(BindingDefinition)
    case deleteBinding(BindingDefinition)
    case putUser(UserDefinition)
    case deleteUser(name: String)
    case putPermission(PermissionDefinition)
    case deletePermission(user: String, virtualHost: String)
}
