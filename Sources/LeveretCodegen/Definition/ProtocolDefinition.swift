/// AMQP 0-9-1 with the methods that RabbitMQ added to it.
enum ProtocolDefinition {
    static let classes = [
        connection, channel, access, exchange, queue, basic, confirm, transaction,
    ]
}
