import LeveretModel

/// Deliveries that come from nowhere.
enum SampleDelivery {
    static func make(
        body: [UInt8],
        exchange: ExchangeName = "",
        routingKey: String = "q",
        properties setProperties: (inout BasicProperties) -> Void = { _ in },
        redelivered: Bool = false,
        tag: UInt64 = 1
    ) throws -> Delivery {
        var properties = BasicProperties()
        setProperties(&properties)
        var encoded: [UInt8] = []
        try properties.encode(into: &encoded)
        return Delivery(
            deliveryTag: tag,
            isRedelivered: redelivered,
            exchange: exchange,
            routingKey: routingKey,
            encodedProperties: DeliveredBody(copying: encoded),
            body: DeliveredBody(copying: body),
            settlement: NoSettlement()
        )
    }
}

private final class NoSettlement: DeliverySettlement {
    func acknowledge(_ deliveryTag: UInt64, multiple: Bool) async throws {}
    func nack(_ deliveryTag: UInt64, multiple: Bool, requeue: Bool) async throws {}
    func reject(_ deliveryTag: UInt64, requeue: Bool) async throws {}
}
