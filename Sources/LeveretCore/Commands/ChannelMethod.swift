package import LeveretModel

/// A method on a channel that is not hot. With `noWait` no answer comes unless it is an exception.
package enum ChannelMethod: Sendable, Hashable {
    case declareExchange(DeclareExchange)
    case deleteExchange(name: String, ifUnused: Bool, noWait: Bool)
    case bindExchange(Bind)
    case unbindExchange(Bind)
    case declareQueue(DeclareQueue)
    case deleteQueue(name: String, ifUnused: Bool, ifEmpty: Bool, noWait: Bool)
    case purgeQueue(name: String, noWait: Bool)
    case bindQueue(Bind)
    case unbindQueue(Bind)
    case setPrefetch(count: UInt16, size: UInt32, global: Bool)
    /// Changes the limit of a consumer that is there. AMQP has no method for it; the program that embeds the broker has.
    case setConsumerPrefetch(consumerTag: String, count: UInt16)
    case consume(Consume)
    case cancel(consumerTag: String, noWait: Bool)
    case get(queue: String, noAcknowledge: Bool)
    /// basic.recover, and recover-async, which has no answer.
    case recover(requeue: Bool, noWait: Bool)
    case selectConfirms(noWait: Bool)
    /// tx.select, tx.commit and tx.rollback.
    case selectTransactions(noWait: Bool)
    case commit
    case rollback
    case flow(active: Bool)
}

/// exchange.declare
package struct DeclareExchange: Sendable, Hashable {
    package var name: String
    package var type: String
    package var passive: Bool
    package var options: ExchangeOptions
    package var noWait: Bool

    package init(name: String, type: String, passive: Bool, options: ExchangeOptions, noWait: Bool) {
        self.name = name
        self.type = type
        self.passive = passive
        self.options = options
        self.noWait = noWait
    }
}

/// queue.declare
package struct DeclareQueue: Sendable, Hashable {
    package var name: String
    package var passive: Bool
    package var options: QueueOptions
    package var noWait: Bool

    package init(name: String, passive: Bool, options: QueueOptions, noWait: Bool) {
        self.name = name
        self.passive = passive
        self.options = options
        self.noWait = noWait
    }
}

/// queue.bind and unbind (the destination is a queue), exchange.bind and unbind (an exchange).
package struct Bind: Sendable, Hashable {
    package var destination: String
    package var source: String
    package var routingKey: String
    package var arguments: FieldTable
    package var noWait: Bool

    package init(destination: String, source: String, routingKey: String, arguments: FieldTable, noWait: Bool) {
        self.destination = destination
        self.source = source
        self.routingKey = routingKey
        self.arguments = arguments
        self.noWait = noWait
    }
}

/// basic.consume
package struct Consume: Sendable, Hashable {
    package var queue: String
    package var consumerTag: String
    package var noAcknowledge: Bool
    package var exclusive: Bool
    package var arguments: FieldTable
    package var noWait: Bool
    /// A limit of this consumer's own, instead of the channel's from basic.qos.
    package var prefetch: UInt16?

    package init(
        queue: String,
        consumerTag: String,
        noAcknowledge: Bool,
        exclusive: Bool,
        arguments: FieldTable,
        noWait: Bool,
        prefetch: UInt16? = nil
    ) {
        self.queue = queue
        self.consumerTag = consumerTag
        self.noAcknowledge = noAcknowledge
        self.exclusive = exclusive
        self.arguments = arguments
        self.noWait = noWait
        self.prefetch = prefetch
    }
}
