/// Asks for the virtual hosts.
package struct ListVirtualHosts: OperatorRequest {
    package static let command = "list_vhosts"

    package init() {}

    package func perform(on broker: Broker) async throws -> [VirtualHostInformation] { broker.virtualHosts }
}

/// Adds a virtual host.
package struct AddVirtualHost: OperatorRequest {
    package static let command = "add_vhost"
    private let name: String
    private let description: String
    private let tags: [String]
    private let defaultQueueType: String?

    package init(name: String, description: String, tags: [String], defaultQueueType: String?) {
        self.name = name
        self.description = description
        self.tags = tags
        self.defaultQueueType = defaultQueueType
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.addVirtualHost(
            name,
            description: description,
            tags: tags,
            defaultQueueType: defaultQueueType
        )
        return Done()
    }
}

/// Changes what a virtual host is described by.
package struct UpdateVirtualHost: OperatorRequest {
    package static let command = "update_vhost_metadata"
    private let name: String
    private let description: String?
    private let tags: [String]?
    private let defaultQueueType: String?

    package init(name: String, description: String?, tags: [String]?, defaultQueueType: String?) {
        self.name = name
        self.description = description
        self.tags = tags
        self.defaultQueueType = defaultQueueType
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.updateVirtualHost(
            name,
            description: description,
            tags: tags,
            defaultQueueType: defaultQueueType
        )
        return Done()
    }
}

/// Deletes a virtual host with everything in it.
package struct DeleteVirtualHost: OperatorRequest {
    package static let command = "delete_vhost"
    private let name: String

    package init(name: String) { self.name = name }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.deleteVirtualHost(name)
        return Done()
    }
}

/// Sets the limits of a virtual host; what is missing is no limit.
package struct SetVirtualHostLimits: OperatorRequest {
    package static let command = "set_vhost_limits"
    private let name: String
    private let maxConnections: Int?
    private let maxQueues: Int?

    package init(name: String, maxConnections: Int? = nil, maxQueues: Int? = nil) {
        self.name = name
        self.maxConnections = maxConnections
        self.maxQueues = maxQueues
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.setVirtualHostLimits(name, maxConnections: maxConnections, maxQueues: maxQueues)
        return Done()
    }
}
