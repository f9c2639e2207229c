import LeveretCore

/// A virtual host: a name space of exchanges and queues with users and limits of its own.
public struct VirtualHostInformation: Sendable, Hashable, Codable {
    /// The name that clients connect to.
    public var name: String
    /// For people.
    public var description: String
    /// For people and their tools; the broker does nothing with them.
    public var tags: [String]
    /// The type of queues that are declared without one; `nil` is `classic`.
    public var defaultQueueType: String?
    /// The most connections there may be; `nil` is no limit.
    public var maxConnections: Int?
    /// The most queues there may be; `nil` is no limit.
    public var maxQueues: Int?
}

extension Broker {
    /// The virtual hosts, by name.
    public var virtualHosts: [VirtualHostInformation] {
        driver.inspect { $0.virtualHostDefinitions }.map(VirtualHostInformation.init)
    }

    /// Adds a virtual host. Nobody but the program itself may enter until somebody is given permissions.
    ///
    /// - Throws: `AdministrationError` if there is one of that name, or if the name or the queue type is not valid.
    public func addVirtualHost(
        _ name: String,
        description: String = "",
        tags: [String] = [],
        defaultQueueType: String? = nil
    ) async throws {
        try await define { core throws(DefinitionError) in
            guard core.virtualHostDefinition(name) == nil else {
                throw DefinitionError(.alreadyExists, "virtual host '\(name)' exists already")
            }
            return .putVirtualHost(
                VirtualHostDefinition(
                    name: name,
                    description: description,
                    tags: tags,
                    defaultQueueType: defaultQueueType
                )
            )
        }
    }

    /// Deletes a virtual host with its exchanges, queues, messages, permissions and policies, and closes the
    /// connections to it.
    ///
    /// - Throws: `AdministrationError` if there is none.
    public func deleteVirtualHost(_ name: String) async throws {
        try await define { _ in .deleteVirtualHost(name: name) }
    }

    /// Changes what a virtual host is described by; `nil` leaves a thing as it is. An empty queue type is none.
    ///
    /// - Throws: `AdministrationError` if there is no such virtual host or queue type.
    public func updateVirtualHost(
        _ name: String,
        description: String? = nil,
        tags: [String]? = nil,
        defaultQueueType: String? = nil
    ) async throws {
        try await changeVirtualHost(name) { definition in
            if let description { definition.description = description }
            if let tags { definition.tags = tags }
            if let defaultQueueType { definition.defaultQueueType = defaultQueueType.isEmpty ? nil : defaultQueueType }
        }
    }

    /// Sets the limits of a virtual host, which count for connections and queues to come; `nil` is no limit.
    ///
    /// - Throws: `AdministrationError` if there is no such virtual host.
    public func setVirtualHostLimits(_ name: String, maxConnections: Int?, maxQueues: Int?) async throws {
        let limits = VirtualHostLimits(
            maxConnections: maxConnections.unlessNegative,
            maxQueues: maxQueues.unlessNegative
        )
        try await changeVirtualHost(name) { $0.limits = limits }
    }

    private func changeVirtualHost(_ name: String, _ change: (inout VirtualHostDefinition) -> Void) async throws {
        try await define { core throws(DefinitionError) in
            guard var definition = core.virtualHostDefinition(name) else { throw .noVirtualHost(name) }
            change(&definition)
            return .putVirtualHost(definition)
        }
    }
}

extension Int? {
    /// A negative limit is none, as in RabbitMQ.
    var unlessNegative: Int? { flatMap { $0 < 0 ? nil : $0 } }
}

extension VirtualHostInformation {
    fileprivate init(_ definition: VirtualHostDefinition) {
        self.init(
            name: definition.name,
            description: definition.description,
            tags: definition.tags,
            defaultQueueType: definition.defaultQueueType,
            maxConnections: definition.limits.maxConnections,
            maxQueues: definition.limits.maxQueues
        )
    }
}
