import LeveretCore
public import LeveretModel

/// Settings for all queues and exchanges of a virtual host whose names match a pattern. To each applies at most one
/// policy: that of the highest priority, and of those the one whose name comes first.
public struct Policy: Sendable, Hashable {
    /// What a policy is for. The raw values are RabbitMQ's words.
    public enum Target: String, Sendable, Hashable, CaseIterable, Codable {
        /// Queues and exchanges.
        case all
        /// Queues of every type.
        case queues
        /// Queues of type `classic`.
        case classicQueues = "classic_queues"
        /// Queues of type `quorum`.
        case quorumQueues = "quorum_queues"
        /// Queues of type `stream`.
        case streams
        /// Exchanges.
        case exchanges
    }

    /// Where the policy counts.
    public var virtualHost: String
    /// The policy's name.
    public var name: String
    /// A regular expression that is searched for in names.
    public var pattern: String
    /// What the policy is for.
    public var target: Target
    /// Of several policies that match, the highest counts.
    public var priority: Int
    /// The settings by RabbitMQ's keys, such as `max-length`.
    public var settings: FieldTable

    /// Makes a policy.
    public init(
        _ name: String,
        virtualHost: String = "/",
        pattern: String,
        target: Target = .all,
        priority: Int = 0,
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

extension Broker {
    /// The policies, by virtual host and name.
    public var policies: [Policy] { driver.inspect { $0.policyDefinitions }.map(Policy.init) }

    /// Sets a policy, in place of one of the same name. It counts at once for the queues and exchanges that there are.
    ///
    /// - Throws: `AdministrationError` if there is no such virtual host, or if the pattern, a key or a value is not
    ///   valid.
    public func setPolicy(_ policy: Policy) async throws {
        guard let target = PolicyDefinition.Target(rawValue: policy.target.rawValue) else {
            throw AdministrationError(.invalid, "'\(policy.target.rawValue)' is nothing that a policy can be for")
        }
        let definition = PolicyDefinition(
            virtualHost: policy.virtualHost,
            name: policy.name,
            pattern: policy.pattern,
            target: target,
            priority: Int64(policy.priority),
            settings: policy.settings
        )
        try await define { _ in .putPolicy(definition) }
    }

    /// Removes a policy. What it set no longer counts.
    ///
    /// - Throws: `AdministrationError` if there is no such policy.
    public func clearPolicy(_ name: String, in virtualHost: String = "/") async throws {
        try await define { _ in .deletePolicy(virtualHost: virtualHost, name: name) }
    }
}

extension Policy {
    fileprivate init(_ definition: PolicyDefinition) {
        self.init(
            definition.name,
            virtualHost: definition.virtualHost,
            pattern: definition.pattern,
            target: Target(rawValue: definition.target.rawValue) ?? .all,
            priority: Int(definition.priority),
            settings: definition.settings
        )
    }
}
