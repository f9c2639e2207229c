/// The name of an exchange: up to 255 bytes of UTF-8.
public struct ExchangeName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name as it travels.
    public var rawValue: String

    /// Makes a name from a string. Names over 255 bytes are refused when they are used.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Makes a name from a literal.
    public init(stringLiteral value: String) { self.rawValue = value }

    /// The default exchange: it routes to the queue whose name is the routing key.
    public static let `default` = ExchangeName("")

    /// The name as it travels.
    public var description: String { rawValue }
}
