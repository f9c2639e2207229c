/// A channel to a broker: in this process (`Leveret`) or over the network (`LeveretClient`), with one meaning.
///
/// Every method throws `AMQPError` if the broker refuses it. An error of scope `channel` closes the channel, as
/// AMQP 0-9-1 has it; afterwards every method throws that error again. `ChannelClosedError` says that the channel
/// was closed without an error.
public protocol MessageChannel: Sendable {
    /// Declares a queue, or checks that it exists with the same options (queue.declare).
    ///
    /// Durable queues are on disk when this returns.
    func declareQueue(_ name: QueueName, _ options: QueueOptions) async throws -> QueueDeclaration

    /// Asks for a queue's counts without declaring it; throws 404 if it does not exist (queue.declare, passive).
    func inspectQueue(_ name: QueueName) async throws -> QueueDeclaration

    /// Deletes a queue and gives the number of messages that were ready. A missing queue is no error.
    @discardableResult
    func deleteQueue(_ name: QueueName, ifUnused: Bool, ifEmpty: Bool) async throws -> UInt32

    /// Drops the messages that are ready and gives their number. Unacknowledged ones stay.
    @discardableResult
    func purgeQueue(_ name: QueueName) async throws -> UInt32

    /// Declares an exchange, or checks that it exists with the same options (exchange.declare).
    func declareExchange(_ name: ExchangeName, _ type: ExchangeType, _ options: ExchangeOptions) async throws

    /// Deletes an exchange. A missing exchange is no error.
    func deleteExchange(_ name: ExchangeName, ifUnused: Bool) async throws

    /// Binds a queue to an exchange (queue.bind). Binding twice is the same as once.
    func bindQueue(
        _ queue: QueueName,
        to exchange: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws

    /// Removes a binding. A missing one is no error.
    func unbindQueue(
        _ queue: QueueName,
        from exchange: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws

    /// Binds an exchange to a source exchange (exchange.bind, RabbitMQ).
    func bindExchange(
        _ destination: ExchangeName,
        to source: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws

    /// Removes a binding between exchanges. A missing one is no error.
    func unbindExchange(
        _ destination: ExchangeName,
        from source: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws

    /// Publishes a message and returns as soon as it is on its way; its `PublishConfirmation` tells when the broker has
    /// taken responsibility. Waits only if the broker asks publishers to wait.
    func publishPipelined(
        _ body: some MessageBody,
        exchange: ExchangeName,
        routingKey: String,
        properties: BasicProperties,
        mandatory: Bool
    ) async throws -> PublishConfirmation

    /// Publishes messages to one address, in order, and returns as soon as they are on their way; the
    /// `PublishConfirmation` is one for all of them. For many small messages that costs much less than publishing one
    /// by one. Waits only if the broker asks publishers to wait.
    ///
    /// It is not a transaction: messages that other tasks publish may come in between, and if this throws, the first
    /// of the messages may have been published.
    func publishPipelined<Body: MessageBody>(
        contentsOf bodies: [Body],
        exchange: ExchangeName,
        routingKey: String,
        properties: BasicProperties,
        mandatory: Bool
    ) async throws -> PublishConfirmation

    /// Registers a consumer, hands its deliveries to `body`, and cancels it when `body` returns or throws.
    ///
    /// No more than `options.prefetch` deliveries wait at a time. What `body` has not taken goes back into the queue;
    /// what it has taken and not acknowledged stays unacknowledged until the channel closes.
    @discardableResult
    nonisolated(nonsending) func consume<Result: Sendable>(
        _ queue: QueueName,
        _ options: ConsumeOptions,
        _ body: (Deliveries) async throws -> Result
    ) async throws -> Result

    /// Takes one message off a queue, or `nil` if none is ready (basic.get). Consumers are the faster way.
    func get(_ queue: QueueName, noAcknowledge: Bool) async throws -> Delivery?

    /// Acknowledges a delivery, or all up to it (basic.ack).
    func acknowledge(_ deliveryTag: UInt64, multiple: Bool) async throws

    /// Refuses a delivery, or all up to it (basic.nack, RabbitMQ): back into the queue, or out of it.
    func nack(_ deliveryTag: UInt64, multiple: Bool, requeue: Bool) async throws

    /// Refuses a delivery (basic.reject): back into the queue, or out of it.
    func reject(_ deliveryTag: UInt64, requeue: Bool) async throws

    /// Runs `body` as a transaction (tx.select, tx.commit, tx.rollback): what the channel publishes and acknowledges
    /// meanwhile, by whichever task, takes effect as a whole when `body` returns, and not at all when it throws.
    ///
    /// When this returns, everything is on disk that is to be there. Publishings return at once; queues and rights are
    /// looked up when they are published. Deliveries that were acknowledged in a transaction that failed wait for
    /// acknowledgement again. RabbitMQ commits queue by queue, Leveret all at once.
    ///
    /// A channel is either for transactions or for confirms: this throws 406 on a channel that has published outside
    /// of a transaction, and afterwards the channel publishes and acknowledges in transactions only. Throws 406, and
    /// the channel is closed, if a queue has no room for what was published to it or if the transaction has become too
    /// large; then nothing of it is kept. Throws `PublishError` if a mandatory message matched no queue; then the rest
    /// is committed.
    @discardableResult
    nonisolated(nonsending) func withTransaction<Result: Sendable>(
        _ body: () async throws -> Result
    ) async throws -> Result

    /// Puts all unacknowledged deliveries of the channel back into their queues (basic.recover).
    func recover() async throws

    /// Closes the channel: its consumers end, what is unacknowledged goes back into the queues.
    func close() async throws
}

extension MessageChannel {
    /// Declares a transient queue, named by the broker if no name is given.
    public func declareQueue(_ name: QueueName = .serverNamed) async throws -> QueueDeclaration {
        try await declareQueue(name, .transient)
    }

    /// Deletes a queue, whatever it holds and whoever uses it.
    @discardableResult
    public func deleteQueue(_ name: QueueName) async throws -> UInt32 {
        try await deleteQueue(name, ifUnused: false, ifEmpty: false)
    }

    /// Deletes an exchange, whatever is bound to it.
    public func deleteExchange(_ name: ExchangeName) async throws {
        try await deleteExchange(name, ifUnused: false)
    }

    /// Binds a queue to an exchange without arguments.
    public func bindQueue(_ queue: QueueName, to exchange: ExchangeName, routingKey: String = "") async throws {
        try await bindQueue(queue, to: exchange, routingKey: routingKey, arguments: [:])
    }

    /// Removes a binding without arguments.
    public func unbindQueue(_ queue: QueueName, from exchange: ExchangeName, routingKey: String = "") async throws {
        try await unbindQueue(queue, from: exchange, routingKey: routingKey, arguments: [:])
    }

    /// Publishes a message and returns when the broker has taken responsibility: a persistent message in a durable
    /// queue is on disk then.
    ///
    /// Throws `PublishError` if the broker refuses the message, or returns it because it is mandatory and matches
    /// no queue.
    public func publish(
        _ body: some MessageBody,
        exchange: ExchangeName,
        routingKey: String,
        properties: BasicProperties = .persistent,
        mandatory: Bool = false
    ) async throws {
        try await publishPipelined(
            body,
            exchange: exchange,
            routingKey: routingKey,
            properties: properties,
            mandatory: mandatory
        ).wait()
    }

    /// Publishes a persistent message to a queue and returns when it is on disk; throws if there is no such queue.
    public func publish(
        _ body: some MessageBody,
        to queue: QueueName,
        properties: BasicProperties = .persistent
    ) async throws {
        try await publish(
            body,
            exchange: .default,
            routingKey: queue.rawValue,
            properties: properties,
            mandatory: true
        )
    }

    /// Publishes a persistent message to a declared queue and returns when it is on disk.
    public func publish(
        _ body: some MessageBody,
        to queue: QueueDeclaration,
        properties: BasicProperties = .persistent
    ) async throws {
        try await publish(body, to: queue.name, properties: properties)
    }

    /// Publishes persistent messages to a queue, in order, and returns when all are on disk.
    ///
    /// Throws `PublishError` if the broker refuses one, or if there is no such queue; the others may or may not have
    /// arrived then.
    public func publish<Body: MessageBody>(
        contentsOf bodies: [Body],
        to queue: QueueName,
        properties: BasicProperties = .persistent
    ) async throws {
        try await publishPipelined(
            contentsOf: bodies,
            exchange: .default,
            routingKey: queue.rawValue,
            properties: properties,
            mandatory: true
        ).wait()
    }

    /// Publishes persistent messages to a declared queue, in order, and returns when all are on disk.
    public func publish<Body: MessageBody>(
        contentsOf bodies: [Body],
        to queue: QueueDeclaration,
        properties: BasicProperties = .persistent
    ) async throws {
        try await publish(contentsOf: bodies, to: queue.name, properties: properties)
    }

    /// Registers a consumer with a prefetch window and hands its deliveries to `body`.
    @discardableResult
    nonisolated(nonsending) public func consume<Result: Sendable>(
        _ queue: QueueName,
        prefetch: UInt16 = 10,
        _ body: (Deliveries) async throws -> Result
    ) async throws -> Result {
        try await consume(queue, ConsumeOptions(prefetch: prefetch), body)
    }

    /// Registers a consumer of a declared queue with a prefetch window and hands its deliveries to `body`.
    @discardableResult
    nonisolated(nonsending) public func consume<Result: Sendable>(
        _ queue: QueueDeclaration,
        prefetch: UInt16 = 10,
        _ body: (Deliveries) async throws -> Result
    ) async throws -> Result {
        try await consume(queue.name, prefetch: prefetch, body)
    }

    /// Takes one message off a queue, to be acknowledged, or `nil` if none is ready.
    public func get(_ queue: QueueName) async throws -> Delivery? {
        try await get(queue, noAcknowledge: false)
    }
}
