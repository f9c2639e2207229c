/// A virtual host as the journal keeps it.
package struct VirtualHostDefinition: Sendable, Hashable {
    package var name: String
    /// For people.
    package var description: String
    /// For people and their tools; the broker does nothing with them.
    package var tags: [String]
    /// The type of queues that are declared without one.
    package var defaultQueueType: String?
    package var limits: VirtualHostLimits

    package init(
        name: String,
        description: String = "",
        tags: [String] = [],
        defaultQueueType: String? = nil,
        limits: VirtualHostLimits = VirtualHostLimits()
    ) {
        self.name = name
        self.description = description
        self.tags = tags
        self.defaultQueueType = defaultQueueType
        self.limits = limits
    }
}

/// How much of the broker a virtual host may take; `nil` is no limit.
package struct VirtualHostLimits: Sendable, Hashable {
    package var maxConnections: Int?
    package var maxQueues: Int?

    package init(maxConnections: Int? = nil, maxQueues: Int? = nil) {
        self.maxConnections = maxConnections
        self.maxQueues = maxQueues
    }
}
