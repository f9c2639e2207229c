import LeveretModel

// Virtual hosts come and go

extension BrokerCore {
    mutating func putVirtualHost(_ definition: VirtualHostDefinition) throws(DefinitionError) -> JournalPosition {
        try checkDefinedName(definition.name, of: "virtual host")
        if let type = definition.defaultQueueType, QueueArguments.QueueType(rawValue: type) == nil {
            let known = QueueArguments.QueueType.allCases.map(\.rawValue).joined(separator: ", ")
            throw DefinitionError(.invalid, "'\(type)' is not a queue type; there are \(known)")
        }
        if let existing = virtualHosts[definition.name] {
            existing.definition = definition
        } else {
            virtualHosts[definition.name] = VirtualHost(definition)
        }
        return record(.putVirtualHost(definition))
    }

    /// Removes a virtual host with everything in it. Whoever is there is sent away first.
    mutating func deleteVirtualHost(_ name: String) throws(DefinitionError) -> JournalPosition {
        let virtualHost = try existingVirtualHost(name)
        let error = AMQPError(.connectionForced, "vhost '\(name)' is deleted")
        for session in sessionsInOrder where session.virtualHost === virtualHost {
            closeConnection(of: session.id, with: error)
        }
        deleteTopology(of: virtualHost)
        for permission in virtualHost.permissions.definitions {
            _ = record(.deletePermission(user: permission.user, virtualHost: name))
        }
        for permission in virtualHost.permissions.topicDefinitions {
            _ = record(
                .deleteTopicPermission(user: permission.user, virtualHost: name, exchange: permission.exchange)
            )
        }
        for policy in virtualHost.policies.definitions {
            _ = record(.deletePolicy(virtualHost: name, name: policy.name))
        }
        virtualHosts[name] = nil
        isTracing = virtualHosts.values.contains(where: \.isTraced)
        return record(.deleteVirtualHost(name: name))
    }

    private mutating func deleteTopology(of virtualHost: VirtualHost) {
        for queue in virtualHost.queuesInOrder { delete(queue, in: virtualHost) }
        for exchange in virtualHost.exchangesInOrder {
            if VirtualHost.isPredeclared(exchange.name) {
                // The journal does not know the exchange, but it may know bindings between two of its kind.
                for binding in exchange.bindingsInOrder { remove(binding, in: virtualHost) }
            } else {
                delete(exchange, in: virtualHost)
            }
        }
    }

    /// The virtual hosts by name.
    var virtualHostsInOrder: [VirtualHost] { virtualHosts.values.sorted { $0.name < $1.name } }

    /// The virtual hosts as they are defined, by name.
    package var virtualHostDefinitions: [VirtualHostDefinition] { virtualHostsInOrder.map(\.definition) }

    package func virtualHostDefinition(_ name: String) -> VirtualHostDefinition? { virtualHosts[name]?.definition }
}
