import LeveretModel

/// The `x-` arguments of queues: which of them a queue type has, which are compared on redeclaration, and which
/// values are refused.
enum QueueArguments {
    /// The longest time that an argument or an expiration may name, in milliseconds: ten years, as in RabbitMQ.
    static let longestTime: UInt64 = 315_360_000_000
    /// What a short string holds, in bytes: more cannot be sent to a consumer.
    static let longestRoutingKey = 255

    /// The types of queues, by what `x-queue-type` calls them.
    enum QueueType: String, CaseIterable {
        case classic
        case quorum

        /// How RabbitMQ's error texts call the type.
        var longName: String { "rabbit_\(rawValue)_queue" }
    }

    // MARK: Which arguments there are

    private static let ofAllTypes: Set<String> = [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-max-length",
        "x-max-length-bytes", "x-overflow", "x-single-active-consumer", "x-queue-type", "x-queue-leader-locator",
        "x-message-deduplication", "x-cache-size", "x-cache-ttl", "x-deduplication-header", "x-rate-limit",
    ]
    private static let ofClassic: Set<String> = ["x-max-priority", "x-queue-version", "x-queue-mode"]
    private static let ofQuorum: Set<String> = [
        "x-delivery-limit", "x-dead-letter-strategy", "x-consumer-timeout", "x-consumer-disconnected-timeout",
        "x-delayed-retry-type", "x-delayed-retry-min", "x-delayed-retry-max", "x-delayed-retry-backoff",
        "x-delayed-retry-jitter", "x-quorum-initial-group-size", "x-quorum-target-group-size",
        "x-member-placement-tag", "x-max-in-memory-length", "x-max-in-memory-bytes",
    ]
    private static let ofStreams: Set<String> = [
        "x-max-age", "x-stream-max-segment-size-bytes", "x-stream-filter-size-bytes", "x-initial-cluster-size",
    ]
    private static let known = ofAllTypes.union(ofClassic).union(ofQuorum).union(ofStreams)

    /// Arguments that tell queues apart, in a fixed order. Others are kept and not compared, as in RabbitMQ.
    static let compared = ofAllTypes.union(ofClassic).union(ofQuorum).sorted()

    private static func belongs(_ key: String, to type: QueueType) -> Bool {
        guard known.contains(key), !ofAllTypes.contains(key) else { return true }
        return (type == .classic ? ofClassic : ofQuorum).contains(key)
    }

    /// The classic type is the same as none.
    static func normalized(_ arguments: FieldTable) -> FieldTable {
        guard arguments["x-queue-type"]?.string == "classic" else { return arguments }
        var arguments = arguments
        arguments["x-queue-type"] = nil
        return arguments
    }

    static func type(of options: QueueOptions) -> String {
        options.arguments["x-queue-type"]?.string ?? QueueType.classic.rawValue
    }

    /// The type of a virtual host's, for a queue that is declared without one. What a classic queue can be and a
    /// quorum queue cannot stays classic.
    static func withDefaultType(_ type: String?, _ options: QueueOptions) -> QueueOptions {
        guard let type, options.arguments["x-queue-type"] == nil else { return options }
        guard type == QueueType.classic.rawValue || (options.durable && !options.exclusive && !options.autoDelete)
        else { return options }
        var options = options
        options.arguments["x-queue-type"] = .string(type)
        return options
    }

    // MARK: Checking

    static func check(_ options: QueueOptions, queue: String, virtualHost: String) throws(AMQPError) {
        let place = "for queue '\(queue)' in vhost '\(virtualHost)'"
        // The type comes first: what else is allowed depends on it.
        let type = try queueType(of: options, place)
        for entry in options.arguments.entries {
            guard belongs(entry.key, to: type) else {
                throw refused("invalid arg '\(entry.key)' \(place) of queue type \(type.longName)")
            }
            guard let problem = problem(with: entry) else { continue }
            throw refused("invalid arg '\(entry.key)' \(place): \(problem)")
        }
        let hasKey = options.arguments["x-dead-letter-routing-key"] != nil
        if hasKey, options.arguments["x-dead-letter-exchange"] == nil {
            throw refused("invalid arg 'x-dead-letter-routing-key' \(place): routing_key_but_no_dlx_defined")
        }
    }

    private static func queueType(of options: QueueOptions, _ place: String) throws(AMQPError) -> QueueType {
        guard let argument = options.arguments["x-queue-type"] else { return .classic }
        guard let text = argument.string else {
            throw refused("invalid arg 'x-queue-type' \(place): {unacceptable_type,\(argument.typeName)}")
        }
        guard text != "stream" else {
            throw refused("invalid arg 'x-queue-type' \(place): this broker has no queues of type 'stream'")
        }
        guard let type = QueueType(rawValue: text) else {
            throw refused("invalid arg 'x-queue-type' \(place): unknown queue type '\(text)'")
        }
        guard type == .quorum else { return type }
        try checkQuorum(options, place)
        return type
    }

    /// Quorum queues are made to last, as in RabbitMQ.
    private static func checkQuorum(_ options: QueueOptions, _ place: String) throws(AMQPError) {
        let properties = [
            ("durable", options.durable, true), ("exclusive", options.exclusive, false),
            ("auto-delete", options.autoDelete, false),
        ]
        for (name, value, wanted) in properties where value != wanted {
            throw refused("invalid property '\(name)' \(place)")
        }
    }

    private static func refused(_ text: String) -> AMQPError { AMQPError(.preconditionFailed, text) }

    // MARK: Values

    private static let numbers: Set<String> = [
        "x-expires", "x-message-ttl", "x-max-length", "x-max-length-bytes", "x-max-priority", "x-queue-version",
        "x-delivery-limit", "x-consumer-timeout", "x-consumer-disconnected-timeout", "x-delayed-retry-min",
        "x-delayed-retry-max", "x-delayed-retry-jitter", "x-quorum-initial-group-size",
        "x-quorum-target-group-size", "x-max-in-memory-length", "x-max-in-memory-bytes", "x-cache-size",
        "x-cache-ttl", "x-rate-limit",
    ]
    private static let times: Set<String> = [
        "x-expires", "x-message-ttl", "x-delayed-retry-min", "x-delayed-retry-max", "x-cache-ttl",
        "x-consumer-timeout",
    ]
    private static let notZero: Set<String> = [
        "x-expires", "x-cache-size", "x-consumer-timeout", "x-rate-limit", "x-queue-version",
    ]
    private static let texts: Set<String> = [
        "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-overflow", "x-queue-mode",
        "x-dead-letter-strategy", "x-delayed-retry-type", "x-delayed-retry-backoff", "x-queue-leader-locator",
        "x-deduplication-header",
    ]
    private static let flags: Set<String> = ["x-single-active-consumer", "x-message-deduplication"]
    private static let choices = [
        "x-overflow": ["drop-head", "reject-publish", "reject-publish-dlx"],
        "x-queue-mode": ["default", "lazy"],
        "x-dead-letter-strategy": ["at-most-once", "at-least-once"],
        "x-delayed-retry-type": ["disabled", "all", "failed", "returned"],
        "x-delayed-retry-backoff": ["linear", "exponential"],
        "x-queue-leader-locator": ["client-local", "balanced", "random", "least-leaders", "min-masters"],
    ]
    /// The largest value of some arguments.
    private static let largest: [String: Int64] = [
        "x-max-priority": 255, "x-delayed-retry-jitter": 100, "x-rate-limit": DeliveryPace.highestRate,
        "x-queue-version": 2,
    ]

    /// What is wrong with the value of an argument that has a rule; nothing with others.
    static func problem(with entry: FieldTable.Entry) -> String? {
        if numbers.contains(entry.key) {
            guard let number = entry.value.integer else { return "{unacceptable_type,\(entry.value.typeName)}" }
            return problem(with: number, in: entry.key)
        }
        if flags.contains(entry.key) {
            if case .boolean = entry.value { return nil }
            return "{unacceptable_type,\(entry.value.typeName)}"
        }
        guard texts.contains(entry.key) else { return nil }
        guard let text = entry.value.string else { return "{unacceptable_type,\(entry.value.typeName)}" }
        if entry.key == "x-dead-letter-routing-key", text.utf8.count > longestRoutingKey {
            return "{max_length_exceeded,\(text.utf8.count)}; a routing key has at most \(longestRoutingKey) bytes"
        }
        guard let choices = choices[entry.key], !choices.contains(text) else { return nil }
        return "invalid value '\(text)'; expected \(choices.joined(separator: ", "))"
    }

    private static func problem(with number: Int64, in key: String) -> String? {
        if number < 0 {
            // A delivery limit of -1 is none.
            return key == "x-delivery-limit" && number == -1 ? nil : "{value_negative,\(number)}"
        }
        if number == 0, notZero.contains(key) { return "{value_zero,0}" }
        if times.contains(key), UInt64(number) > longestTime { return "{value_too_large,\(number)}" }
        if let most = largest[key], number > most { return "{max_value_exceeded,\(number)}" }
        return nil
    }
}
