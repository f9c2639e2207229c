import LeveretModel

/// The keys that a policy may set, the values that each may have, and what they come to beside a queue's arguments.
enum PolicySettings {
    fileprivate enum Value {
        case text
        case routingKey
        case number(ClosedRange<Int64>)
        case choice([String])
    }

    private static let times = 0...Int64(QueueArguments.longestTime)
    private static let counts = 0...Int64.max

    private static let values: [(key: String, value: Value, noun: String)] = [
        ("alternate-exchange", .text, "alternate exchange name"),
        ("dead-letter-exchange", .text, "dead letter exchange name"),
        ("dead-letter-routing-key", .routingKey, "dead letter routing key"),
        ("dead-letter-strategy", .choice(["at-most-once", "at-least-once"]), "dead letter strategy"),
        ("message-ttl", .number(times), "message TTL"),
        ("expires", .number(1...times.upperBound), "queue expiry"),
        ("max-length", .number(counts), "maximum length"),
        ("max-length-bytes", .number(counts), "maximum length in bytes"),
        ("overflow", .choice(["drop-head", "reject-publish", "reject-publish-dlx"]), "overflow value"),
        ("delivery-limit", .number(-1...counts.upperBound), "delivery limit"),
        ("consumer-timeout", .number(1...times.upperBound), "consumer timeout"),
        ("delayed-retry-type", .choice(["disabled", "all", "failed", "returned"]), "delayed retry type"),
        ("delayed-retry-min", .number(times), "delayed retry time"),
        ("delayed-retry-max", .number(times), "delayed retry time"),
        ("rate-limit", .number(1...DeliveryPace.highestRate), "rate limit"),
    ]

    // MARK: Checking

    static func check(_ settings: FieldTable) throws(DefinitionError) {
        guard !settings.entries.isEmpty else {
            throw DefinitionError(.invalid, "a policy needs at least one key in its definition")
        }
        for entry in settings.entries { try check(entry) }
    }

    private static func check(_ entry: FieldTable.Entry) throws(DefinitionError) {
        guard let rule = values.first(where: { $0.key == entry.key }) else {
            let known = values.map(\.key).joined(separator: ", ")
            throw DefinitionError(.invalid, "'\(entry.key)' is not a recognised policy setting; there are \(known)")
        }
        guard !rule.value.contains(entry.value) else { return }
        throw DefinitionError(
            .invalid,
            "\(describe(entry.value)) is not a valid \(rule.noun) (expected \(rule.value.expectation))"
        )
    }

    private static func describe(_ value: FieldValue) -> String {
        value.integer.map(String.init) ?? value.string.map { "'\($0)'" } ?? "a value of type \(value.typeName)"
    }

    // MARK: Merging

    /// What a queue's arguments and its policy come to, as arguments. Of two numbers the smaller counts; of other
    /// values the argument.
    static func merge(_ policy: FieldTable, into arguments: FieldTable) -> FieldTable {
        var merged = arguments
        for entry in policy.entries {
            let key = "x-" + entry.key
            guard let argument = arguments[key] else {
                merged[key] = entry.value
                continue
            }
            guard let set = argument.integer, let wanted = entry.value.integer else { continue }
            // A delivery limit of -1 is none.
            let isNarrower = set < 0 ? wanted >= 0 : wanted >= 0 && wanted < set
            if isNarrower { merged[key] = entry.value }
        }
        return merged
    }
}

extension PolicySettings.Value {
    fileprivate func contains(_ value: FieldValue) -> Bool {
        switch self {
        case .text: value.string != nil
        case .routingKey: value.string.map { $0.utf8.count <= QueueArguments.longestRoutingKey } ?? false
        case .number(let range): value.integer.map(range.contains) ?? false
        case .choice(let choices): value.string.map(choices.contains) ?? false
        }
    }

    fileprivate var expectation: String {
        switch self {
        case .text: "a text"
        case .routingKey: "a text of up to \(QueueArguments.longestRoutingKey) bytes"
        case .number(let range):
            "a whole number from \(range.lowerBound)" + (range.upperBound == .max ? "" : " to \(range.upperBound)")
        case .choice(let choices): choices.joined(separator: ", ")
        }
    }
}
