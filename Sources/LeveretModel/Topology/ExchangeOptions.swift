/// What an exchange is declared with (AMQP 0-9-1, exchange.declare).
public struct ExchangeOptions: Sendable, Hashable {
    /// Whether the exchange survives a restart.
    public var durable: Bool
    /// Whether the exchange goes when the last binding goes of which it is the source.
    public var autoDelete: Bool
    /// Whether clients may not publish to it, only other exchanges (RabbitMQ).
    public var `internal`: Bool
    /// Further arguments, such as `alternate-exchange`.
    public var arguments: FieldTable

    /// Makes options; by default a transient exchange without arguments.
    public init(
        durable: Bool = false,
        autoDelete: Bool = false,
        internal: Bool = false,
        arguments: FieldTable = [:]
    ) {
        self.durable = durable
        self.autoDelete = autoDelete
        self.internal = `internal`
        self.arguments = arguments
    }

    /// An exchange that survives a restart.
    public static let durable = ExchangeOptions(durable: true)
    /// An exchange that is gone after a restart.
    public static let transient = ExchangeOptions()
}
