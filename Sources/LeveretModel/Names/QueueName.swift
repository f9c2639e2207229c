/// The name of a queue: up to 255 bytes of UTF-8.
///
/// The empty name stands for "let the broker choose" when declaring and for "the queue declared last on this
/// channel" elsewhere (AMQP 0-9-1, queue.declare and queue.bind).
public struct QueueName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name as it travels.
    public var rawValue: String

    /// Makes a name from a string. Names over 255 bytes are refused when they are used.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Makes a name from a literal.
    public init(stringLiteral value: String) { self.rawValue = value }

    /// Asks the broker to choose a name that begins with `amq.gen-`.
    public static let serverNamed = QueueName("")

    /// Stands for the channel that waits for replies (RabbitMQ's direct reply-to): consume it without acknowledgement,
    /// then publish requests with this name as `replyTo`. What is published to the default exchange with the name that
    /// the responder finds there comes to the consumer.
    public static let directReplyTo = QueueName("amq.rabbitmq.reply-to")

    /// The name as it travels.
    public var description: String { rawValue }
}
