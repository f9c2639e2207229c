import LeveretModel

/// The `x-` arguments of queues: which are compared on redeclaration, and which values are refused.
enum QueueArguments {
    /// Arguments that tell queues apart. Others are kept and not compared, as in RabbitMQ.
    static let compared = [
        "x-expires", "x-message-ttl", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-max-length",
        "x-max-length-bytes", "x-max-priority", "x-overflow", "x-single-active-consumer", "x-queue-type",
        "x-queue-mode", "x-queue-version", "x-delivery-limit",
    ]

    private static let positive: Set<String> = ["x-expires"]
    private static let notNegative: Set<String> = [
        "x-message-ttl", "x-max-length", "x-max-length-bytes", "x-max-priority",
    ]
    private static let texts: Set<String> = [
        "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-overflow", "x-queue-type", "x-queue-mode",
    ]

    private static let choices = [
        "x-queue-type": ["classic", "quorum"],
        "x-overflow": ["drop-head", "reject-publish", "reject-publish-dlx"],
        "x-queue-mode": ["default", "lazy"],
    ]

    /// The classic type is the same as none.
    static func normalized(_ arguments: FieldTable) -> FieldTable {
        guard arguments["x-queue-type"]?.string == "classic" else { return arguments }
        var arguments = arguments
        arguments["x-queue-type"] = nil
        return arguments
    }

    static func check(_ options: QueueOptions, queue: String, virtualHost: String) throws(AMQPError) {
        for entry in options.arguments.entries {
            guard let problem = problem(with: entry) else { continue }
            throw AMQPError(
                .preconditionFailed,
                "invalid arg '\(entry.key)' for queue '\(queue)' in vhost '\(virtualHost)': \(problem)"
            )
        }
        let hasKey = options.arguments["x-dead-letter-routing-key"] != nil
        if hasKey, options.arguments["x-dead-letter-exchange"] == nil {
            throw AMQPError(
                .preconditionFailed,
                "invalid arg 'x-dead-letter-routing-key' for queue '\(queue)' in vhost '\(virtualHost)': "
                    + "routing_key_but_no_dlx_defined"
            )
        }
    }

    private static func problem(with entry: FieldTable.Entry) -> String? {
        if positive.contains(entry.key) || notNegative.contains(entry.key) {
            guard let number = entry.value.integer else { return "{unacceptable_type,\(entry.value.typeName)}" }
            let least: Int64 = positive.contains(entry.key) ? 1 : 0
            if number < least { return "{value_out_of_range,\(number)}" }
            if entry.key == "x-max-priority", number > 255 { return "{max_value_exceeded,\(number)}" }
            return nil
        }
        if texts.contains(entry.key), entry.value.string == nil {
            return "{unacceptable_type,\(entry.value.typeName)}"
        }
        guard let choices = choices[entry.key], let text = entry.value.string else { return nil }
        return choices.contains(text) ? nil : "invalid value '\(text)'; expected \(choices.joined(separator: ", "))"
    }
}
