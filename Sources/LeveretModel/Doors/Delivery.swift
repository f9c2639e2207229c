/// A message on its way out, to a consumer or as the answer to a get.
public struct Delivery: Sendable {
    /// The channel's number for the delivery, from 1.
    public let deliveryTag: UInt64
    /// Whether the message may have been delivered before.
    public let isRedelivered: Bool
    /// The exchange that the message was published to.
    public let exchange: ExchangeName
    /// The routing key that the message was published with.
    public let routingKey: String
    /// The message's body, read in place; valid as long as it is held.
    public let body: DeliveredBody
    /// For the answer to a get: how many messages are still ready.
    public let remainingCount: UInt32?
    private let encodedProperties: DeliveredBody
    private let settlement: any DeliverySettlement

    package init(
        deliveryTag: UInt64,
        isRedelivered: Bool,
        exchange: ExchangeName,
        routingKey: String,
        encodedProperties: DeliveredBody,
        body: DeliveredBody,
        remainingCount: UInt32? = nil,
        settlement: any DeliverySettlement
    ) {
        self.deliveryTag = deliveryTag
        self.isRedelivered = isRedelivered
        self.exchange = exchange
        self.routingKey = routingKey
        self.encodedProperties = encodedProperties
        self.body = body
        self.remainingCount = remainingCount
        self.settlement = settlement
    }

    /// The message's properties. They are decoded at each call; properties that are not well formed read as none.
    public var properties: BasicProperties {
        encodedProperties.withUnsafeBytes { (try? BasicProperties(encoded: $0)) ?? BasicProperties() }
    }

    /// Says that the message has been dealt with (basic.ack).
    public func ack() async throws {
        try await settlement.acknowledge(deliveryTag, multiple: false)
    }

    /// Refuses the message (basic.nack): back into the queue, or out of it.
    public func nack(requeue: Bool = true) async throws {
        try await settlement.nack(deliveryTag, multiple: false, requeue: requeue)
    }

    /// Refuses the message (basic.reject): back into the queue, or out of it.
    public func reject(requeue: Bool = true) async throws {
        try await settlement.reject(deliveryTag, requeue: requeue)
    }
}

/// Where a delivery's answer goes: its channel.
package protocol DeliverySettlement: AnyObject, Sendable {
    func acknowledge(_ deliveryTag: UInt64, multiple: Bool) async throws
    func nack(_ deliveryTag: UInt64, multiple: Bool, requeue: Bool) async throws
    func reject(_ deliveryTag: UInt64, requeue: Bool) async throws
}
