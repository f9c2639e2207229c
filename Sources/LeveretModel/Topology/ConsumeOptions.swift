/// What a consumer is registered with (AMQP 0-9-1, basic.consume).
public struct ConsumeOptions: Sendable, Hashable {
    /// How many deliveries may wait for acknowledgement: 1 to 65535, or 0 for no limit.
    public var prefetch: UInt16
    /// The consumer's name on its channel; empty lets the broker choose.
    public var tag: String
    /// Whether the queue may have no other consumer.
    public var exclusive: Bool
    /// Whether deliveries count as acknowledged when they are sent.
    public var noAcknowledge: Bool
    /// Further arguments, such as `x-priority`.
    public var arguments: FieldTable

    /// Makes options; by default ten deliveries at a time, each to be acknowledged.
    public init(
        prefetch: UInt16 = 10,
        tag: String = "",
        exclusive: Bool = false,
        noAcknowledge: Bool = false,
        arguments: FieldTable = [:]
    ) {
        self.prefetch = prefetch
        self.tag = tag
        self.exclusive = exclusive
        self.noAcknowledge = noAcknowledge
        self.arguments = arguments
    }
}
