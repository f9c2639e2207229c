package import LeveretModel

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
