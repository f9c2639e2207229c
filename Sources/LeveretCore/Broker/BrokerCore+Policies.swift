import LeveretModel

// Policies, and whom they concern

extension BrokerCore {
    mutating func putPolicy(_ definition: PolicyDefinition) throws(DefinitionError) -> JournalPosition {
        let virtualHost = try existingVirtualHost(definition.virtualHost)
        try checkDefinedName(definition.name, of: "policy")
        try PolicySettings.check(definition.settings)
        try virtualHost.policies.set(definition)
        applyPolicies(in: virtualHost)
        return record(.putPolicy(definition))
    }

    mutating func deletePolicy(_ name: String, in virtualHost: String) throws(DefinitionError) -> JournalPosition {
        let virtualHost = try existingVirtualHost(virtualHost)
        guard virtualHost.policies.contains(name) else {
            throw DefinitionError(.notFound, "policy '\(name)' does not exist in virtual host '\(virtualHost.name)'")
        }
        virtualHost.policies.remove(name)
        applyPolicies(in: virtualHost)
        return record(.deletePolicy(virtualHost: virtualHost.name, name: name))
    }

    /// Tells every queue and exchange whose policy is another now.
    private mutating func applyPolicies(in virtualHost: VirtualHost) {
        for exchange in virtualHost.exchangesInOrder {
            exchange.policy = virtualHost.policies.policy(forExchange: exchange.name)
        }
        virtualHost.routingChanged()
        for queue in virtualHost.queuesInOrder {
            let before = queue.settings
            queue.use(virtualHost.policy(of: queue))
            if queue.settings != before { settingsChanged(of: queue, from: before) }
        }
    }

    /// What is too much by a new length limit leaves now. Times to live count for messages to come.
    private mutating func settingsChanged(of queue: Queue, from before: QueueSettings) {
        if queue.settings.expires != before.expires { noteUse(of: queue) }
        enforceLengthLimit(of: queue)
        schedule(queue)
    }

    /// All policies by virtual host and name.
    package var policyDefinitions: [PolicyDefinition] { virtualHostsInOrder.flatMap(\.policies.definitions) }
}
