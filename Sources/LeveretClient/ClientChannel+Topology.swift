public import LeveretModel
import LeveretWire

// MARK: - Queues

extension ClientChannel {
    /// Declares a queue, or checks that it exists with the same options.
    public func declareQueue(_ name: QueueName, _ options: QueueOptions) async throws -> QueueDeclaration {
        try await declare(
            QueueDeclare(
                queue: name.rawValue,
                durable: options.durable,
                exclusive: options.exclusive,
                autoDelete: options.autoDelete,
                arguments: options.arguments
            )
        )
    }

    /// Asks for a queue's counts without declaring it; throws 404 if it does not exist.
    public func inspectQueue(_ name: QueueName) async throws -> QueueDeclaration {
        try await declare(QueueDeclare(queue: name.rawValue, passive: true))
    }

    private func declare(_ method: QueueDeclare) async throws -> QueueDeclaration {
        guard case .queueDeclareOk(let answer) = try await call(.queueDeclare(method), answeredBy: QueueDeclareOk.id)
        else { throw ClientChannel.unexpectedAnswer }
        return QueueDeclaration(
            name: QueueName(answer.queue),
            messageCount: answer.messageCount,
            consumerCount: answer.consumerCount
        )
    }

    /// Deletes a queue and gives the number of messages that were ready.
    @discardableResult
    public func deleteQueue(_ name: QueueName, ifUnused: Bool, ifEmpty: Bool) async throws -> UInt32 {
        let method = QueueDelete(queue: name.rawValue, ifUnused: ifUnused, ifEmpty: ifEmpty)
        guard case .queueDeleteOk(let answer) = try await call(.queueDelete(method), answeredBy: QueueDeleteOk.id)
        else { throw ClientChannel.unexpectedAnswer }
        return answer.messageCount
    }

    /// Drops the messages that are ready and gives their number.
    @discardableResult
    public func purgeQueue(_ name: QueueName) async throws -> UInt32 {
        let method = QueuePurge(queue: name.rawValue)
        guard case .queuePurgeOk(let answer) = try await call(.queuePurge(method), answeredBy: QueuePurgeOk.id)
        else { throw ClientChannel.unexpectedAnswer }
        return answer.messageCount
    }
}

// MARK: - Exchanges

extension ClientChannel {
    /// Declares an exchange, or checks that it exists with the same options.
    public func declareExchange(_ name: ExchangeName, _ type: ExchangeType, _ options: ExchangeOptions) async throws {
        let method = ExchangeDeclare(
            exchange: name.rawValue,
            type: type.rawValue,
            durable: options.durable,
            autoDelete: options.autoDelete,
            internal: options.internal,
            arguments: options.arguments
        )
        _ = try await call(.exchangeDeclare(method), answeredBy: ExchangeDeclareOk.id)
    }

    /// Deletes an exchange.
    public func deleteExchange(_ name: ExchangeName, ifUnused: Bool) async throws {
        let method = ExchangeDelete(exchange: name.rawValue, ifUnused: ifUnused)
        _ = try await call(.exchangeDelete(method), answeredBy: ExchangeDeleteOk.id)
    }
}

// MARK: - Bindings

extension ClientChannel {
    /// Binds a queue to an exchange.
    public func bindQueue(
        _ queue: QueueName,
        to exchange: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws {
        let method = QueueBind(
            queue: queue.rawValue,
            exchange: exchange.rawValue,
            routingKey: routingKey,
            arguments: arguments
        )
        _ = try await call(.queueBind(method), answeredBy: QueueBindOk.id)
    }

    /// Removes a binding.
    public func unbindQueue(
        _ queue: QueueName,
        from exchange: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws {
        let method = QueueUnbind(
            queue: queue.rawValue,
            exchange: exchange.rawValue,
            routingKey: routingKey,
            arguments: arguments
        )
        _ = try await call(.queueUnbind(method), answeredBy: QueueUnbindOk.id)
    }

    /// Binds an exchange to a source exchange.
    public func bindExchange(
        _ destination: ExchangeName,
        to source: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws {
        let method = ExchangeBind(
            destination: destination.rawValue,
            source: source.rawValue,
            routingKey: routingKey,
            arguments: arguments
        )
        _ = try await call(.exchangeBind(method), answeredBy: ExchangeBindOk.id)
    }

    /// Removes a binding between exchanges.
    public func unbindExchange(
        _ destination: ExchangeName,
        from source: ExchangeName,
        routingKey: String,
        arguments: FieldTable
    ) async throws {
        let method = ExchangeUnbind(
            destination: destination.rawValue,
            source: source.rawValue,
            routingKey: routingKey,
            arguments: arguments
        )
        _ = try await call(.exchangeUnbind(method), answeredBy: ExchangeUnbindOk.id)
    }
}
