/// The fourteen properties of a message (AMQP 0-9-1, class basic). A property that is `nil` does not travel.
public struct BasicProperties: Sendable, Hashable {
    /// MIME type of the body.
    public var contentType: String?
    /// MIME encoding of the body.
    public var contentEncoding: String?
    /// Free headers; the headers exchange routes by them.
    public var headers: FieldTable?
    /// Whether the message is to survive a restart of the broker when it lies in a durable queue.
    public var deliveryMode: DeliveryMode?
    /// 0 to 255; counts only in queues that were declared with `x-max-priority`.
    public var priority: UInt8?
    /// The application's identifier of the request that this message answers.
    public var correlationID: String?
    /// The queue that answers should go to.
    public var replyTo: String?
    /// Time to live in milliseconds, as a decimal number.
    public var expiration: String?
    /// The application's identifier of this message.
    public var messageID: String?
    /// Seconds since 1970.
    public var timestamp: UInt64?
    /// The application's name of the kind of message.
    public var type: String?
    /// The publishing user's name; the broker checks it against the login.
    public var userID: String?
    /// The publishing application.
    public var appID: String?
    /// Deprecated; passed through.
    public var clusterID: String?

    /// Makes properties of which none is set.
    public init() {}

    /// Properties of which only the delivery mode is set, to persistent.
    public static var persistent: BasicProperties {
        var properties = BasicProperties()
        properties.deliveryMode = .persistent
        return properties
    }
}

extension BasicProperties {
    /// The same properties, with a header that lets the broker deliver the message only after so many milliseconds
    /// (0 to ten years; `x-delay`, as RabbitMQ's delayed message exchange has it, here for every exchange and queue).
    public func delayed(milliseconds: Int64) -> BasicProperties {
        with("x-delay", .int64(milliseconds))
    }

    /// The same properties, with a header that lets the broker deliver the message not before a time, in milliseconds
    /// since 1970 (`x-deliver-at`; only Leveret).
    public func deliveredAt(milliseconds: Int64) -> BasicProperties {
        with("x-deliver-at", .int64(milliseconds))
    }

    /// The same properties, with a header that lets the broker deliver a copy of the message again and again, the first
    /// one after the first such time: every 100 milliseconds to ten years (`x-repeat-every`; only Leveret).
    public func repeated(everyMilliseconds milliseconds: Int64) -> BasicProperties {
        with("x-repeat-every", .int64(milliseconds))
    }

    /// The same properties, with a header that lets the broker deliver a copy of the message at the times of a schedule
    /// in the five fields of cron, in UTC: `30 6 * * 1-5` is half past six on working days (`x-repeat-cron`; only
    /// Leveret).
    public func repeated(cron schedule: String) -> BasicProperties {
        with("x-repeat-cron", .string(schedule))
    }

    private func with(_ header: String, _ value: FieldValue) -> BasicProperties {
        var properties = self
        var headers = properties.headers ?? [:]
        headers[header] = value
        properties.headers = headers
        return properties
    }
}

/// Whether a message is to survive a restart.
public struct DeliveryMode: Sendable, Hashable {
    /// The octet that travels. Only 2 means persistent.
    public var rawValue: UInt8

    /// Keeps any octet, as a broker passes on what it does not know.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The message may be gone after a restart.
    public static let transient = DeliveryMode(rawValue: 1)
    /// The message survives a restart in a durable queue.
    public static let persistent = DeliveryMode(rawValue: 2)
}
