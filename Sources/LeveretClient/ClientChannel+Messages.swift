public import LeveretModel
import LeveretWire

// MARK: - Publishing

extension ClientChannel {
    /// Publishes a message and returns as soon as it is on its way; its `PublishConfirmation` tells when the broker has
    /// taken responsibility.
    ///
    /// Waits while `ConnectionConfiguration.unconfirmedLimit` publishings are unanswered, the socket takes no more,
    /// or the broker asks publishers to wait.
    public func publishPipelined(
        _ body: some MessageBody,
        exchange: ExchangeName,
        routingKey: String,
        properties: BasicProperties,
        mandatory: Bool
    ) async throws -> PublishConfirmation {
        let confirmation = PublishConfirmation()
        while true {
            let turn = try body.withUnsafeBodyBytes { bytes in
                try session.perform { session in
                    try session.publish(
                        bytes,
                        exchange: exchange,
                        routingKey: routingKey,
                        properties: properties,
                        mandatory: mandatory,
                        confirmation: confirmation,
                        on: state
                    )
                }
            }
            guard let turn else { return confirmation }
            try await wait(for: turn)
        }
    }

    /// Publishes messages to one address, in order, and returns as soon as they are on their way; the
    /// `PublishConfirmation` is one for all of them. Waits as for a single message, also between them.
    public func publishPipelined<Body: MessageBody>(
        contentsOf bodies: [Body],
        exchange: ExchangeName,
        routingKey: String,
        properties: BasicProperties,
        mandatory: Bool
    ) async throws -> PublishConfirmation {
        let confirmation = PublishConfirmation(count: bodies.count)
        var published = 0
        while published < bodies.count {
            let turn = try session.perform { session in
                while published < bodies.count {
                    let turn = try bodies[published].withUnsafeBodyBytes { bytes in
                        try session.publish(
                            bytes,
                            exchange: exchange,
                            routingKey: routingKey,
                            properties: properties,
                            mandatory: mandatory,
                            confirmation: confirmation,
                            on: state
                        )
                    }
                    if let turn { return turn as PendingResult<Void>? }
                    published += 1
                }
                return nil
            }
            if let turn { try await wait(for: turn) }
        }
        return confirmation
    }

    private func wait(for turn: PendingResult<Void>) async throws {
        do {
            try await turn.value()
        } catch {
            session.perform { $0.forget(turn, on: state) }
            throw error
        }
    }
}

// MARK: - Consuming

extension ClientChannel {
    /// Registers a consumer, hands its deliveries to `body`, and cancels it when `body` returns or throws.
    ///
    /// No more than `options.prefetch` deliveries wait at a time. Deliveries that `body` has not taken go back to the
    /// queue. If the task is cancelled, the deliveries end.
    public nonisolated(nonsending) func consume<Result: Sendable>(
        _ queue: QueueName,
        _ options: ConsumeOptions,
        _ body: (Deliveries) async throws -> Result
    ) async throws -> Result {
        let deliveries = makeDeliveries(options)
        let answer = PendingResult<Answer>()
        let tag = try session.perform { session in
            try session.consume(queue, options, on: state, deliveries, answer)
        }
        do {
            _ = try await answer.value()
            let result = try await body(Deliveries(consumerTag: tag, source: deliveries, channel: self))
            await cancel(tag, deliveries, options)
            return result
        } catch {
            await cancel(tag, deliveries, options)
            throw error
        }
    }

    /// Only a consumer that has no window, or may lose it, needs the connection's.
    private func makeDeliveries(_ options: ConsumeOptions) -> ConsumerDeliveries {
        let mayBeUnlimited =
            options.prefetch == 0 || options.noAcknowledge
            || session.perform { $0.configuration.qosAppliesToExisting }
        return ConsumerDeliveries(window: mayBeUnlimited ? session : nil)
    }

    /// Ends a consumer. That it may be gone already, with its queue or its channel, is no error here.
    private func cancel(_ tag: String, _ deliveries: ConsumerDeliveries, _ options: ConsumeOptions) async {
        let untaken = deliveries.takeRest()
        let answer = PendingResult<Answer>()
        do {
            try session.perform { session in
                try session.cancel(
                    tag,
                    untaken: untaken,
                    noAcknowledge: options.noAcknowledge,
                    on: state,
                    answer
                )
            }
            _ = try await answer.value()
        } catch {
            return
        }
    }

    /// Takes one message off a queue, or `nil` if none is ready.
    public func get(_ queue: QueueName, noAcknowledge: Bool) async throws -> Delivery? {
        let answer = PendingResult<Answer>()
        try session.perform { session in
            try session.call(
                .basicGet(BasicGet(queue: queue.rawValue, noAck: noAcknowledge)),
                on: state,
                answeredBy: BasicGetOk.id,
                answer,
                noAcknowledge: noAcknowledge
            )
        }
        guard case .delivery(let delivery) = try await answer.value() else { throw ClientChannel.unexpectedAnswer }
        return delivery
    }
}

// MARK: - Prefetch

extension ClientChannel: PrefetchSetting {
    /// Changes the prefetch window of the channel's consumers, where the broker was asked at the connection's start to
    /// let basic.qos do that, and can.
    package func setPrefetch(_ count: UInt16, ofConsumer tag: String) async throws {
        let canChange = session.perform { session in
            session.configuration.qosAppliesToExisting && ClientProperties.canChangePrefetch(session.serverProperties)
        }
        guard canChange else {
            throw AMQPError(
                .notImplemented,
                "the prefetch of a running consumer cannot be changed on this connection: that needs "
                    + "ConnectionConfiguration.qosAppliesToExisting and a broker that has it; consume anew instead"
            )
        }
        let limit = BasicQos(prefetchSize: 0, prefetchCount: count)
        _ = try await call(.basicQos(limit), answeredBy: BasicQosOk.id)
    }
}

// MARK: - Acknowledging

extension ClientChannel: DeliverySettlement {
    /// Acknowledges a delivery, or all up to it. It is sent at once; the broker does not answer it.
    public func acknowledge(_ deliveryTag: UInt64, multiple: Bool) async throws {
        try settle(.init(.acknowledge, deliveryTag, multiple: multiple, requeue: false))
    }

    /// Refuses a delivery, or all up to it: back into the queue, or out of it.
    public func nack(_ deliveryTag: UInt64, multiple: Bool, requeue: Bool) async throws {
        try settle(.init(.nack, deliveryTag, multiple: multiple, requeue: requeue))
    }

    /// Refuses a delivery: back into the queue, or out of it.
    public func reject(_ deliveryTag: UInt64, requeue: Bool) async throws {
        try settle(.init(.reject, deliveryTag, multiple: false, requeue: requeue))
    }

    private func settle(_ settlement: Settlement) throws {
        try session.perform { session in try session.settle(settlement, on: state) }
    }

    /// Puts all unacknowledged deliveries back into their queues.
    public func recover() async throws {
        _ = try await call(.basicRecover(BasicRecover(requeue: true)), answeredBy: BasicRecoverOk.id)
    }
}
