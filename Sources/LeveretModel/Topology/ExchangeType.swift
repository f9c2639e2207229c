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

    /// The name as it travels.
    public var description: String { rawValue }
}
