import LeveretModel

/// Asks for the policies of a virtual host.
package struct ListPolicies: OperatorRequest {
    package static let command = "list_policies"
    private let virtualHost: String

    package init(virtualHost: String) { self.virtualHost = virtualHost }

    package func perform(on broker: Broker) async throws -> [PolicySummary] {
        try broker.require(virtualHost: virtualHost)
        return broker.policies.filter { $0.virtualHost == virtualHost }.map(PolicySummary.init)
    }
}

/// Sets a policy.
package struct SetPolicy: OperatorRequest {
    package static let command = "set_policy"
    private let policy: PolicySummary

    package init(_ policy: PolicySummary) { self.policy = policy }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.setPolicy(policy.policy)
        return Done()
    }
}

/// Removes a policy.
package struct ClearPolicy: OperatorRequest {
    package static let command = "clear_policy"
    private let name: String
    private let virtualHost: String

    package init(name: String, virtualHost: String) {
        self.name = name
        self.virtualHost = virtualHost
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.clearPolicy(name, in: virtualHost)
        return Done()
    }
}

/// A policy as operators see it.
package struct PolicySummary: Sendable, Hashable, Codable {
    package var virtualHost: String
    package var name: String
    package var pattern: String
    package var target: Policy.Target
    package var priority: Int
    package var settings: [String: PolicySetting]

    package init(
        virtualHost: String,
        name: String,
        pattern: String,
        target: Policy.Target,
        priority: Int,
        settings: [String: PolicySetting]
    ) {
        self.virtualHost = virtualHost
        self.name = name
        self.pattern = pattern
        self.target = target
        self.priority = priority
        self.settings = settings
    }

    init(_ policy: Policy) {
        let settings = policy.settings.entries.compactMap { entry in
            PolicySetting(entry.value).map { (entry.key, $0) }
        }
        self.init(
            virtualHost: policy.virtualHost,
            name: policy.name,
            pattern: policy.pattern,
            target: policy.target,
            priority: policy.priority,
            settings: Dictionary(settings) { _, last in last }
        )
    }

    var policy: Policy {
        var table = FieldTable()
        for (key, setting) in settings.sorted(by: { $0.key < $1.key }) { table[key] = setting.value }
        return Policy(
            name,
            virtualHost: virtualHost,
            pattern: pattern,
            target: target,
            priority: priority,
            settings: table
        )
    }
}

/// The value of one key of a policy: in JSON a whole number or a text.
package enum PolicySetting: Sendable, Hashable {
    case number(Int64)
    case text(String)

    init?(_ value: FieldValue) {
        if let number = value.integer {
            self = .number(number)
        } else if let text = value.string {
            self = .text(text)
        } else {
            return nil
        }
    }

    fileprivate var value: FieldValue {
        switch self {
        case .number(let number): .int64(number)
        case .text(let text): .string(text)
        }
    }
}

extension PolicySetting: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int64.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        }
    }
}
