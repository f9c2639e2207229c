/// What a queue is declared with (AMQP 0-9-1, queue.declare).
public struct QueueOptions: Sendable, Hashable {
    /// Whether the queue, with its persistent messages, survives a restart.
    public var durable: Bool
    /// Whether only the declaring connection may use the queue, which goes with the connection.
    public var exclusive: Bool
    /// Whether the queue goes when its last consumer does.
    public var autoDelete: Bool
    /// Further arguments, such as `x-max-length`.
    public var arguments: FieldTable

    /// Makes options; by default a transient queue without arguments.
    public init(
        durable: Bool = false,
        exclusive: Bool = false,
        autoDelete: Bool = false,
        arguments: FieldTable = [:]
    ) {
        self.durable = durable
        self.exclusive = exclusive
        self.autoDelete = autoDelete
        self.arguments = arguments
    }

    /// A queue that survives a restart.
    public static let durable = QueueOptions(durable: true)
    /// A queue that is gone after a restart.
    public static let transient = QueueOptions()
    /// A queue of this connection only.
    public static let exclusive = QueueOptions(exclusive: true)
    /// A queue that goes with its last consumer.
    public static let autoDelete = QueueOptions(autoDelete: true)
}

/// What the broker said of a declared queue.
public struct QueueDeclaration: Sendable, Hashable {
    /// The queue's name, chosen by the broker if it was declared with an empty one.
    public var name: QueueName
    /// How many messages are ready for delivery.
    public var messageCount: UInt32
    /// How many consumers the queue has.
    public var consumerCount: UInt32

    /// Makes a declaration.
    public init(name: QueueName, messageCount: UInt32, consumerCount: UInt32) {
        self.name = name
        self.messageCount = messageCount
        self.consumerCount = consumerCount
    }
}
