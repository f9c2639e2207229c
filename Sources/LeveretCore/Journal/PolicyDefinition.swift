package import LeveretModel

/// A policy as the journal keeps it: settings for all queues and exchanges whose names match a pattern.
package struct PolicyDefinition: Sendable, Hashable {
    /// What a policy is for, in RabbitMQ's words.
    package enum Target: String, Sendable, Hashable, CaseIterable {
        case all
        case queues
        case classicQueues = "classic_queues"
        case quorumQueues = "quorum_queues"
        case streams
        case exchanges
    }

    package var virtualHost: String
    package var name: String
    /// A regular expression that is searched for in names.
    package var pattern: String
    package var target: Target
    /// Of several policies that match, the one of the highest priority counts.
    package var priority: Int64
    /// The settings by their keys, such as `max-length`.
    package var settings: FieldTable

    package init(
        virtualHost: String,
        name: String,
        pattern: String,
        target: Target = .all,
        priority: Int64 = 0,
        settings: FieldTable
    ) {
        self.virtualHost = virtualHost
        self.name = name
        self.pattern = pattern
        self.target = target
        self.priority = priority
        self.settings = settings
    }
}
