import LeveretModel

/// What a queue does with its messages, as its arguments and its policy say.
struct QueueSettings: Hashable {
    /// What happens at a length limit (`x-overflow`).
    enum Overflow: String {
        case dropHead = "drop-head"
        case rejectPublish = "reject-publish"
        case rejectPublishDeadLetter = "reject-publish-dlx"
    }

    /// The most that a message may live in the queue, in milliseconds.
    var messageTTL: UInt64?
    /// How long the queue may be unused, in milliseconds.
    var expires: UInt64?
    /// The most ready messages, and the most bytes of their bodies.
    var maxLength: Int?
    var maxLengthBytes: Int?
    var overflow = Overflow.dropHead
    var deadLetterExchange: String?
    /// `nil` keeps the message's own routing keys.
    var deadLetterRoutingKey: String?
    /// How often a message may come back because something went wrong with it.
    var deliveryLimit: UInt32?
    var retry: RetryPolicy?
    /// How long a delivery may wait for its acknowledgement, in milliseconds.
    var consumerTimeout: UInt64?
    var deduplication: DeduplicationSettings?
    /// How many messages may be delivered to consumers in a second.
    var rateLimit: UInt64?
    /// Priorities from 0 to here have lines of their own; higher ones count as this one.
    let highestPriority: UInt8
    /// The priority of messages that have none.
    let defaultPriority: UInt8
    let isSingleActive: Bool
    /// Whether the queue was declared as a quorum queue and has their rules.
    let isQuorum: Bool

    /// The priorities that quorum queues have without being asked, and which one messages without have.
    private static let quorumPriorities: (highest: UInt8, default: UInt8) = (31, 4)
    /// How often a message of a quorum queue may fail, as RabbitMQ has it.
    private static let quorumDeliveryLimit: Int64 = 20

    /// Reads arguments that `QueueArguments` has checked, and a policy that `PolicySettings` has.
    init(_ arguments: FieldTable = [:], policy: FieldTable = [:]) {
        self.init(merged: PolicySettings.merge(policy, into: arguments))
    }

    private init(merged arguments: FieldTable) {
        isQuorum = arguments["x-queue-type"]?.string == "quorum"
        highestPriority =
            isQuorum ? Self.quorumPriorities.highest : UInt8(clamping: arguments["x-max-priority"]?.integer ?? 0)
        defaultPriority = isQuorum ? Self.quorumPriorities.default : 0
        if case .boolean(true) = arguments["x-single-active-consumer"] {
            isSingleActive = true
        } else {
            isSingleActive = false
        }
        messageTTL = Self.natural(arguments["x-message-ttl"])
        expires = Self.natural(arguments["x-expires"])
        maxLength = Self.natural(arguments["x-max-length"]).map { Int(clamping: $0) }
        maxLengthBytes = Self.natural(arguments["x-max-length-bytes"]).map { Int(clamping: $0) }
        overflow = arguments["x-overflow"]?.string.flatMap(Overflow.init) ?? .dropHead
        deadLetterExchange = arguments["x-dead-letter-exchange"]?.string
        deadLetterRoutingKey = arguments["x-dead-letter-routing-key"]?.string.flatMap { key in
            // A queue that was declared before its arguments had this limit.
            key.utf8.count <= QueueArguments.longestRoutingKey ? key : nil
        }
        deduplication = DeduplicationSettings(arguments)
        rateLimit = Self.natural(arguments["x-rate-limit"])
        guard isQuorum else { return }
        let limit = arguments["x-delivery-limit"]?.integer ?? Self.quorumDeliveryLimit
        deliveryLimit = limit < 0 ? nil : UInt32(clamping: limit)
        retry = RetryPolicy(arguments)
        consumerTimeout = Self.natural(arguments["x-consumer-timeout"])
    }

    private static func natural(_ value: FieldValue?) -> UInt64? {
        value?.integer.map { UInt64(clamping: $0) }
    }

    var hasLengthLimit: Bool { maxLength != nil || maxLengthBytes != nil }

    /// Whether a message can enter without a look at it.
    var isPlain: Bool {
        messageTTL == nil && !hasLengthLimit && highestPriority == 0 && deduplication == nil
    }
}
