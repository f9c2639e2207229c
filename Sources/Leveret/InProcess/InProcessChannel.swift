import LeveretCore
public import LeveretModel
import Synchronization

/// A channel to a broker in the same process: no socket, no encoding of methods, the same meaning as over TCP.
///
/// Every channel is a session of its own. It may be used from several tasks at once.
public final class InProcessChannel: MessageChannel {
    let driver: CoreDriver
    let inbox: InProcessInbox
    let id: ChannelID

    private init(driver: CoreDriver, inbox: InProcessInbox, id: ChannelID) {
        self.driver = driver
        self.inbox = inbox
        self.id = id
    }

    /// Opens a session and its channel.
    package static func open(
        on driver: CoreDriver,
        virtualHost: String,
        isOperator: Bool = false
    ) async throws -> InProcessChannel {
        let inbox = InProcessInbox(driver: driver)
        let session = driver.register(inbox)
        let id = ChannelID(session: session, number: 1)
        let channel = InProcessChannel(driver: driver, inbox: inbox, id: id)
        inbox.attach(id, settlement: channel)
        var options = SessionOptions(
            user: "in-process",
            virtualHost: virtualHost,
            isTrusted: true,
            name: "in-process"
        )
        options.isOperator = isOperator
        do {
            try await inbox.awaitAnswer { answer in
                driver.perform { port in
                    inbox.expect(answer)
                    port.apply(.openSession(session, options))
                    port.apply(.openChannel(id))
                }
            }
        } catch {
            driver.unregister(session)
            throw error
        }
        return channel
    }

    /// Performs a method and gives its answer.
    func call(_ method: ChannelMethod) async throws -> InProcessAnswer {
        try await inbox.awaitAnswer { answer in
            driver.perform { port in
                if inbox.expect(answer) { port.apply(.method(id, method)) }
            }
        }
    }

    // MARK: Queues

    /// Declares a queue, or checks that it exists with the same options.
    public func declareQueue(_ name: QueueName, _ options: QueueOptions) async throws -> QueueDeclaration {
        let method = DeclareQueue(name: name.rawValue, passive: false, options: options, noWait: false)
        return try await declare(method)
    }

    /// Asks for a queue's counts without declaring it; throws 404 if it does not exist.
    public func inspectQueue(_ name: QueueName) async throws -> QueueDeclaration {
        let method = DeclareQueue(name: name.rawValue, passive: true, options: .transient, noWait: false)
        return try await declare(method)
    }

    private func declare(_ method: DeclareQueue) async throws -> QueueDeclaration {
        guard case .reply(.queueDeclared(let name, let messages, let consumers)) = try await call(.declareQueue(method))
        else { throw InProcessChannel.unexpectedAnswer }
        return QueueDeclaration(name: QueueName(name), messageCount: messages, consumerCount: consumers)
    }

    /// Deletes a queue and gives the number of messages that were ready.
    @discardableResult
    public func deleteQueue(_ name: QueueName, ifUnused: Bool, ifEmpty: Bool) async throws -> UInt32 {
        let method = ChannelMethod.deleteQueue(
            name: name.rawValue,
            ifUnused: ifUnused,
            ifEmpty: ifEmpty,
            noWait: false
        )
        guard case .reply(.queueDeleted(let count)) = try await call(method) else {
            throw InProcessChannel.unexpectedAnswer
        }
        return count
    }

    /// Drops the messages that are ready and gives their number.
    @discardableResult
    public func purgeQueue(_ name: QueueName) async throws -> UInt32 {
        guard case .reply(.queuePurged(let count)) = try await call(.purgeQueue(name: name.rawValue, noWait: false))
        else { throw InProcessChannel.unexpectedAnswer }
        return count
    }

    // MARK: Exchanges and bindings

    /// Declares an exchange, or checks that it exists with the same options.
    public func declareExchange(
        _ name: ExchangeName,
        _ type: ExchangeType,
        _ options: ExchangeOptions
    ) async throws {
        let method = DeclareExchange(
            name: name.rawValue,
            type: type.rawValue,
            passive: false,
            options: options,
            noWait: false
        )
        _ = try await call(.declareExchange(method))
    }

    /// Deletes an exchange.
    public func deleteExchange(_ name: ExchangeName, ifUnused: Bool) async throws {
        _ = try await call(.deleteExchange(name: name.rawValue, ifUnused: ifUnused, noWait: false))
    }

    /// Binds a queue to an exchange.
    public func bindQueue(
        _ queue: QueueName,
        to exchange: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws {
        _ = try await call(.bindQueue(.init(queue.rawValue, exchange.rawValue, routingKey, arguments)))
    }

    /// Removes a binding.
    public func unbindQueue(
        _ queue: QueueName,
        from exchange: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws {
        _ = try await call(.unbindQueue(.init(queue.rawValue, exchange.rawValue, routingKey, arguments)))
    }

    /// Binds an exchange to a source exchange.
    public func bindExchange(
        _ destination: ExchangeName,
        to source: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws {
        _ = try await call(.bindExchange(.init(destination.rawValue, source.rawValue, routingKey, arguments)))
    }

    /// Removes a binding between exchanges.
    public func unbindExchange(
        _ destination: ExchangeName,
        from source: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws {
        _ = try await call(.unbindExchange(.init(destination.rawValue, source.rawValue, routingKey, arguments)))
    }

    // MARK: Publishing

    /// Publishes a message; its `PublishConfirmation` tells when the broker has taken responsibility.
    public func publishPipelined(
        _ body: some MessageBody,
        exchange: ExchangeName,
        routingKey: String,
        properties: BasicProperties,
        mandatory: Bool
    ) async throws -> PublishConfirmation {
        try await inbox.waitUntilUnblocked()
        let message = try EncodedPublishing(exchange: exchange, routingKey: routingKey, properties: properties)
        let confirmation = PublishConfirmation()
        try body.withUnsafeBodyBytes { bytes in
            try message.withView(mandatory: mandatory) { view in
                view.body = bytes
                try withUnsafePointer(to: view) { pointer in
                    try publish(UnsafeBufferPointer(start: pointer, count: 1), confirmation)
                }
            }
        }
        return confirmation
    }

    /// Publishes messages to one address, in order; the `PublishConfirmation` is one for all of them. The broker takes
    /// them in groups, which costs much less than one by one.
    public func publishPipelined<Body: MessageBody>(
        contentsOf bodies: [Body],
        exchange: ExchangeName,
        routingKey: String,
        properties: BasicProperties,
        mandatory: Bool
    ) async throws -> PublishConfirmation {
        let message = try EncodedPublishing(exchange: exchange, routingKey: routingKey, properties: properties)
        let confirmation = PublishConfirmation(count: bodies.count)
        var group = BodyGroup()
        var published = 0
        while published < bodies.count {
            try await inbox.waitUntilUnblocked()
            published += group.fill(from: bodies, at: published)
            try message.withView(mandatory: mandatory) { view in
                try group.withViews(like: view) { try publish($0, confirmation) }
            }
        }
        return confirmation
    }

    /// Counts publishings and applies them under one locking, so that both have the same order.
    private func publish(_ views: UnsafeBufferPointer<PublishingView>, _ confirmation: PublishConfirmation) throws {
        var error: (any Error)?
        driver.perform { port in
            error = inbox.addPublishings(views.count, confirmation) {
                port.apply(.method(id, .selectConfirms(noWait: true)))
            }
            guard error == nil else { return }
            port.apply(.publish(id, views))
            let mustWait = port.mustWaitForJournal(id.session) { views.reduce(0) { $0 + $1.body.count } }
            if mustWait { inbox.waitForJournal() }
        }
        if let error { throw error }
    }

    // MARK: Consuming

    /// Registers a consumer, hands its deliveries to `body`, and cancels it when `body` returns or throws.
    @discardableResult
    nonisolated(nonsending) public func consume<Result: Sendable>(
        _ queue: QueueName,
        _ options: ConsumeOptions,
        _ body: (Deliveries) async throws -> Result
    ) async throws -> Result {
        let method = Consume(
            queue: queue.rawValue,
            consumerTag: options.tag,
            noAcknowledge: options.noAcknowledge,
            exclusive: options.exclusive,
            arguments: options.arguments,
            noWait: false,
            prefetch: options.prefetch
        )
        guard case .consuming(let consumer) = try await call(.consume(method)) else {
            throw InProcessChannel.unexpectedAnswer
        }
        do {
            let result = try await body(
                Deliveries(consumerTag: consumer.tag, source: consumer.deliveries, channel: self)
            )
            await cancel(consumer, requeueing: !options.noAcknowledge)
            return result
        } catch {
            await cancel(consumer, requeueing: !options.noAcknowledge)
            throw error
        }
    }

    /// Ends a consumer; what it was sent and nobody has taken goes back. That the consumer may be gone already, with
    /// its queue or its channel, is no error here.
    private func cancel(_ consumer: InProcessConsumer, requeueing: Bool) async {
        _ = try? await call(.cancel(consumerTag: consumer.tag, noWait: false))
        inbox.forget(consumer)
        let rest = consumer.deliveries.takeRest()
        guard requeueing, !rest.isEmpty else { return }
        let answers = rest.map { Acknowledgement(kind: .nack, deliveryTag: $0.deliveryTag, requeue: true) }
        driver.perform { port in
            answers.withUnsafeBufferPointer { port.apply(.acknowledge(id, $0)) }
        }
    }

    /// Takes one message off a queue, or `nil` if none is ready.
    public func get(_ queue: QueueName, noAcknowledge: Bool) async throws -> Delivery? {
        switch try await call(.get(queue: queue.rawValue, noAcknowledge: noAcknowledge)) {
        case .delivery(let delivery, let bytes):
            driver.perform { $0.apply(.sessionDrained(id.session, bytes: bytes)) }
            return delivery
        default: return nil
        }
    }

    // MARK: Acknowledging

    /// Acknowledges a delivery, or all up to it.
    public func acknowledge(_ deliveryTag: UInt64, multiple: Bool) async throws {
        try settle(Acknowledgement(kind: .acknowledge, deliveryTag: deliveryTag, multiple: multiple))
    }

    /// Refuses a delivery, or all up to it: back into the queue, or out of it.
    public func nack(_ deliveryTag: UInt64, multiple: Bool, requeue: Bool) async throws {
        try settle(Acknowledgement(kind: .nack, deliveryTag: deliveryTag, multiple: multiple, requeue: requeue))
    }

    /// Refuses a delivery: back into the queue, or out of it.
    public func reject(_ deliveryTag: UInt64, requeue: Bool) async throws {
        try settle(Acknowledgement(kind: .reject, deliveryTag: deliveryTag, requeue: requeue))
    }

    private func settle(_ acknowledgement: Acknowledgement) throws {
        try inbox.checkSettling()
        driver.perform { port in
            withUnsafePointer(to: acknowledgement) { pointer in
                port.apply(.acknowledge(id, UnsafeBufferPointer(start: pointer, count: 1)))
            }
        }
        try inbox.checkOpen()
    }

    /// Puts all unacknowledged deliveries back into their queues.
    public func recover() async throws {
        _ = try await inbox.awaitAnswer { answer in
            driver.perform { port in
                guard inbox.expect(answer) else { return }
                // What nobody has taken comes again, with other tags.
                port.apply(.sessionDrained(id.session, bytes: inbox.discardUntaken()))
                port.apply(.method(id, .recover(requeue: true, noWait: false)))
            }
        }
    }

    // MARK: Closing

    /// Closes the channel: its consumers end, what is unacknowledged goes back into the queues.
    public func close() async throws {
        try inbox.checkOpen()
        await end()
    }

    /// Closes the channel if it is open, and forgets it.
    func end() async {
        driver.perform { $0.apply(.closeSession(id.session)) }
        driver.unregister(id.session)
        inbox.close(with: ChannelClosedError(reason: "it was closed by the program"))
    }

    private static let unexpectedAnswer = ChannelClosedError(reason: "the broker gave an answer to something else")
}

extension InProcessChannel: DeliverySettlement {}

extension InProcessChannel: PrefetchSetting {
    package func setPrefetch(_ count: UInt16, ofConsumer tag: String) async throws {
        _ = try await call(.setConsumerPrefetch(consumerTag: tag, count: count))
    }
}

extension Bind {
    fileprivate init(_ destination: String, _ source: String, _ routingKey: String, _ arguments: FieldTable) {
        self.init(
            destination: destination,
            source: source,
            routingKey: routingKey,
            arguments: arguments,
            noWait: false
        )
    }
}
