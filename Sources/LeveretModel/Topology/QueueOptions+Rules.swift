/// What a queue does with its messages, as options that can be put one behind the other:
///
/// ```swift
/// try await channel.declareQueue(
///     "order.created",
///     .durable.deadLettering(to: "orders.dead").messageTimeToLive(milliseconds: 60_000)
/// )
/// ```
///
/// Each sets the `x-` argument that RabbitMQ knows for it, unless its comment says that only Leveret has it.
extension QueueOptions {
    /// What happens when a message comes to a queue that is full (`x-overflow`).
    public enum Overflow: String, Sendable, Hashable {
        /// The oldest ready message is dropped, or dead-lettered.
        case dropHead = "drop-head"
        /// The new message is refused: its publisher's confirm is negative.
        case rejectPublish = "reject-publish"
        /// The new message is refused and also dead-lettered.
        case rejectPublishDeadLetter = "reject-publish-dlx"
    }

    /// Which messages wait when they come back (`x-delayed-retry-type`).
    public enum RetryTrigger: String, Sendable, Hashable {
        /// Those that a consumer rejected, or lost with its connection.
        case failed
        /// Those that a consumer only gave back (nack).
        case returned
        /// All.
        case all
    }

    /// How the wait grows with each return. Only Leveret has the exponential one.
    public enum RetryBackoff: String, Sendable, Hashable {
        /// The shortest wait times the number of returns.
        case linear
        /// The shortest wait, doubled with each further return.
        case exponential
    }

    /// A durable queue that counts how often a message fails (`x-queue-type` quorum).
    ///
    /// - Parameter deliveryLimit: how often a message may come back because something went wrong with it before it is
    ///   dead-lettered or dropped; `nil` is RabbitMQ's 20, -1 is no limit.
    public static func quorum(deliveryLimit: Int? = nil) -> QueueOptions {
        let options = QueueOptions.durable.with("x-queue-type", "quorum")
        return deliveryLimit.map { options.with("x-delivery-limit", .int64(Int64($0))) } ?? options
    }

    /// How long a message may live in the queue: 0 to ten years (`x-message-ttl`).
    public func messageTimeToLive(milliseconds: Int64) -> QueueOptions {
        with("x-message-ttl", .int64(milliseconds))
    }

    /// How long the queue may be without consumers, gets and declarations before it goes: 1 to ten years
    /// (`x-expires`).
    public func expiring(milliseconds: Int64) -> QueueOptions {
        with("x-expires", .int64(milliseconds))
    }

    /// The most ready messages, and the most bytes of their bodies (`x-max-length`, `x-max-length-bytes`).
    public func limited(
        toLength length: Int64? = nil,
        bytes: Int64? = nil,
        overflow: Overflow = .dropHead
    ) -> QueueOptions {
        var options = with("x-overflow", .string(overflow.rawValue))
        if let length { options = options.with("x-max-length", .int64(length)) }
        if let bytes { options = options.with("x-max-length-bytes", .int64(bytes)) }
        return options
    }

    /// Where messages go that are rejected, expire, are too much, or fail too often (`x-dead-letter-exchange`).
    ///
    /// - Parameter routingKey: what they are routed by; `nil` is their own routing keys.
    public func deadLettering(to exchange: ExchangeName, routingKey: String? = nil) -> QueueOptions {
        let options = with("x-dead-letter-exchange", .string(exchange.rawValue))
        return routingKey.map { options.with("x-dead-letter-routing-key", .string($0)) } ?? options
    }

    /// Messages of higher priority go first (`x-max-priority`, 1 to 255). Messages with a higher one than this count
    /// as this one. For queues that are no quorum queues, which always have priorities.
    public func priorities(upTo highest: UInt8) -> QueueOptions {
        with("x-max-priority", .int64(Int64(highest)))
    }

    /// All messages go to one consumer at a time; another takes over when it leaves (`x-single-active-consumer`).
    public func singleActiveConsumer() -> QueueOptions {
        with("x-single-active-consumer", .boolean(true))
    }

    /// Messages that come back to a quorum queue wait before they are delivered again; those behind them do not
    /// (`x-delayed-retry-type`, `-min`, `-max`; only Leveret: `-backoff`, `-jitter`).
    ///
    /// - Parameters:
    ///   - shortest: the wait after the first return, in milliseconds.
    ///   - longest: the wait grows no further, in milliseconds; `nil` is ten years.
    ///   - jitter: by how many percent, 0 to 100, a wait is shortened by chance at the most.
    public func retrying(
        _ trigger: RetryTrigger = .all,
        afterMilliseconds shortest: Int64,
        atMostMilliseconds longest: Int64? = nil,
        backoff: RetryBackoff = .linear,
        jitter: Int = 0
    ) -> QueueOptions {
        var options = with("x-delayed-retry-type", .string(trigger.rawValue))
            .with("x-delayed-retry-min", .int64(shortest))
        if let longest { options = options.with("x-delayed-retry-max", .int64(longest)) }
        if backoff != .linear { options = options.with("x-delayed-retry-backoff", .string(backoff.rawValue)) }
        if jitter != 0 { options = options.with("x-delayed-retry-jitter", .int64(Int64(jitter))) }
        return options
    }

    /// How long a delivery of a quorum queue may wait for its acknowledgement before somebody else gets the message
    /// (`x-consumer-timeout`).
    public func consumerTimeout(milliseconds: Int64) -> QueueOptions {
        with("x-consumer-timeout", .int64(milliseconds))
    }

    /// Delivers no more than so many messages to consumers in a second, all of them together: 1 to 1 million
    /// (`x-rate-limit`; only Leveret).
    public func rateLimited(toPerSecond count: Int) -> QueueOptions {
        with("x-rate-limit", .int64(Int64(count)))
    }

    /// Drops messages whose header was there before (`x-message-deduplication`; only Leveret, as plugins for RabbitMQ
    /// have it). Their publishers get a confirm all the same.
    ///
    /// - Parameters:
    ///   - header: the header that says which messages are the same.
    ///   - capacity: how many messages are remembered, 1 to 10 million.
    ///   - lifetime: how long a message is remembered, in milliseconds; `nil` is until there are too many others.
    public func deduplicating(
        by header: String = "x-deduplication-header",
        capacity: Int = 10_000,
        lifetimeMilliseconds lifetime: Int64? = nil
    ) -> QueueOptions {
        let options = with("x-message-deduplication", .boolean(true))
            .with("x-deduplication-header", .string(header))
            .with("x-cache-size", .int64(Int64(capacity)))
        return lifetime.map { options.with("x-cache-ttl", .int64($0)) } ?? options
    }

    private func with(_ argument: String, _ value: FieldValue) -> QueueOptions {
        var options = self
        options.arguments[argument] = value
        return options
    }
}
