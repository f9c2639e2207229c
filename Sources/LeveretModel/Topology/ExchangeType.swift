/// How an exchange routes.
public struct ExchangeType: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name as it travels.
    public var rawValue: String

    /// Makes a type from a name; the broker refuses names that it does not know.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Makes a type from a literal.
    public init(stringLiteral value: String) { rawValue = value }

    /// To the queues whose binding key equals the routing key.
    public static let direct = ExchangeType("direct")
    /// To every bound queue.
    public static let fanout = ExchangeType("fanout")
    /// By words of the routing key: `*` matches one word, `#` any number.
    public static let topic = ExchangeType("topic")
    /// By the message's headers.
    public static let headers = ExchangeType("headers")
    /// To one bound queue, chosen by a hash of the routing key, or of what the arguments `hash-header` or
    /// `hash-property` name; the binding key is the queue's weight, from 1 to 10,000 (RabbitMQ's plugin).
    public static let consistentHash = ExchangeType("x-consistent-hash")
    /// As the type that the argument `x-delayed-type` names. Messages wait for as many milliseconds as their header
    /// `x-delay` says, as they do with every exchange (RabbitMQ's plugin).
    public static let delayedMessage = ExchangeType("x-delayed-message")

    /// The name as it travels.
    public var description: String { rawValue }
}
