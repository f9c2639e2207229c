import LeveretCore
import LeveretModel

/// What a queue does with its messages, read from its arguments.
struct ModelQueueRules {
    /// Which messages that come back wait, and how long.
    struct Retry {
        var failures: Bool
        var returns: Bool
        var shortest: UInt64
        var longest: UInt64
        var doubles: Bool

        /// The wait after so many returns.
        func wait(after returns: UInt64) -> UInt64 {
            min(doubles ? shortest << (returns - 1) : shortest * returns, longest)
        }
    }

    var timeToLive: UInt64?
    /// How long the queue may be unused.
    var expires: UInt64?
    var maxLength: Int?
    var maxLengthBytes: Int?
    /// Whether what is too much is refused, and not dropped at the front.
    var refusesPublishings: Bool
    /// Whether what is refused is dead-lettered as well.
    var deadLettersRefused: Bool
    var maxPriority: UInt8
    var usualPriority: UInt8
    var deadLetterExchange: String?
    var deadLetterRoutingKey: String?
    /// Whether the queue counts how often a message comes back.
    var isQuorum: Bool
    var deliveryLimit: UInt64?
    var retry: Retry?
    /// How long a delivery may wait for its acknowledgement.
    var consumerTimeout: UInt64?
    var deduplication: ModelWindow.Rules?

    init(_ arguments: FieldTable) {
        timeToLive = arguments["x-message-ttl"]?.integer.map { UInt64($0) }
        expires = arguments["x-expires"]?.integer.map { UInt64($0) }
        maxLength = arguments["x-max-length"]?.integer.map { Int($0) }
        maxLengthBytes = arguments["x-max-length-bytes"]?.integer.map { Int($0) }
        let overflow = arguments["x-overflow"]?.string ?? ""
        refusesPublishings = overflow.hasPrefix("reject-publish")
        deadLettersRefused = overflow == "reject-publish-dlx"
        deadLetterExchange = arguments["x-dead-letter-exchange"]?.string
        deadLetterRoutingKey = arguments["x-dead-letter-routing-key"]?.string
        deduplication = ModelWindow.Rules(arguments)
        isQuorum = arguments["x-queue-type"]?.string == "quorum"
        maxPriority = isQuorum ? 31 : UInt8(arguments["x-max-priority"]?.integer ?? 0)
        usualPriority = isQuorum ? 4 : 0
        guard isQuorum else { return }
        deliveryLimit = UInt64(arguments["x-delivery-limit"]?.integer ?? 20)
        consumerTimeout = arguments["x-consumer-timeout"]?.integer.map { UInt64($0) }
        guard let type = arguments["x-delayed-retry-type"]?.string else { return }
        retry = Retry(
            failures: type != "returned",
            returns: type != "failed",
            shortest: UInt64(arguments["x-delayed-retry-min"]?.integer ?? 1_000),
            longest: UInt64(arguments["x-delayed-retry-max"]?.integer ?? 1 << 32),
            doubles: arguments["x-delayed-retry-backoff"]?.string == "exponential"
        )
    }

    var isLimited: Bool { maxLength != nil || maxLengthBytes != nil }

    /// How many messages a queue keeps that drops what is too much.
    var mostKept: Int? { refusesPublishings ? nil : maxLength }

    /// Whether so many messages of so many bytes are more than the queue holds.
    func isExceeded(count: Int, bytes: Int) -> Bool {
        if let maxLength, count > maxLength { return true }
        if let maxLengthBytes, bytes > maxLengthBytes { return true }
        return false
    }
}
