import LeveretModel

// exchange.declare and exchange.delete

extension BrokerCore {
    mutating func declareExchange(_ declare: DeclareExchange, on channel: Channel) throws(AMQPError) {
        let virtualHost = channel.session.virtualHost
        let name = try checkedName(declare.name)
        try refuseDefaultExchange(name)
        if declare.passive { try requireAnyRight(to: name, kind: "exchange", for: channel) }
        if let exchange = virtualHost.exchanges[name] {
            if !declare.passive {
                try require(.configure, onExchange: name, for: channel)
                try checkEquivalence(of: declare, to: exchange, in: virtualHost)
            }
            reply(.exchangeDeclared, when: exchange.definedAt, on: channel, unless: declare.noWait)
            return
        }
        guard !declare.passive else { throw noExchange(name, in: virtualHost) }
        let exchange = try makeExchange(declare, name: name, on: channel)
        reply(.exchangeDeclared, when: exchange.definedAt, on: channel, unless: declare.noWait)
    }

    private mutating func makeExchange(
        _ declare: DeclareExchange,
        name: String,
        on channel: Channel
    ) throws(AMQPError) -> Exchange {
        let virtualHost = channel.session.virtualHost
        try require(.configure, onExchange: name, for: channel)
        if name.hasPrefix("amq.") {
            throw AMQPError(.accessRefused, "exchange name '\(name)' contains reserved prefix 'amq.*'")
        }
        guard virtualHost.exchanges.count < limits.exchangesPerVirtualHost else {
            throw limitReached("exchanges", limits.exchangesPerVirtualHost, in: virtualHost)
        }
        try checkType(declare, name: name, in: virtualHost)
        try checkAlternateExchange(declare, name: name, on: channel)
        guard
            let exchange = Exchange(
                name: name,
                virtualHost: virtualHost.name,
                type: ExchangeType(declare.type),
                options: declare.options
            )
        else {
            throw AMQPError(.preconditionFailed, "unknown exchange type '\(declare.type)'")
        }
        exchange.policy = virtualHost.policies.policy(forExchange: name)
        virtualHost.exchanges[name] = exchange
        virtualHost.routingChanged()
        if declare.options.durable {
            exchange.definedAt = record(.putExchange(exchange.definition(in: virtualHost)))
        }
        return exchange
    }

    /// Refuses arguments that the exchange's type cannot work with.
    private func checkType(_ declare: DeclareExchange, name: String, in virtualHost: VirtualHost) throws(AMQPError) {
        var type = ExchangeType(declare.type)
        if type == .delayedMessage {
            guard let inner = declare.options.arguments["x-delayed-type"]?.string else {
                throw AMQPError(
                    .preconditionFailed,
                    "Invalid argument, 'x-delayed-type' must be an existing exchange type"
                )
            }
            guard inner != type.rawValue else {
                throw AMQPError(
                    .preconditionFailed,
                    "Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'"
                )
            }
            type = ExchangeType(inner)
        }
        if type == .consistentHash {
            try HashedPart.check(declare.options.arguments, exchange: name, virtualHost: virtualHost.name)
        }
        if type.makeRouter(declare.options.arguments) == nil {
            throw AMQPError(.preconditionFailed, "unknown exchange type '\(type)'")
        }
    }

    private func checkAlternateExchange(
        _ declare: DeclareExchange,
        name: String,
        on channel: Channel
    ) throws(AMQPError) {
        guard let alternate = declare.options.arguments["alternate-exchange"] else { return }
        guard let alternate = alternate.string else {
            throw AMQPError(
                .preconditionFailed,
                "invalid arg 'alternate-exchange' for exchange '\(name)' in vhost "
                    + "'\(channel.session.virtualHost.name)': {unacceptable_type,\(alternate.typeName)}"
            )
        }
        try require(.read, onExchange: name, for: channel)
        try require(.write, onExchange: alternate, for: channel)
    }

    private func checkEquivalence(
        of declare: DeclareExchange,
        to exchange: Exchange,
        in virtualHost: VirtualHost
    ) throws(AMQPError) {
        let check = EquivalenceCheck(kind: "exchange", name: exchange.name, virtualHost: virtualHost.name)
        try check.compare("type", received: declare.type, current: exchange.type.rawValue)
        try check.compare("durable", received: declare.options.durable, current: exchange.options.durable)
        try check.compare("auto_delete", received: declare.options.autoDelete, current: exchange.options.autoDelete)
        try check.compare("internal", received: declare.options.internal, current: exchange.options.internal)
        let isDelayed = exchange.type == .delayedMessage
        for argument in isDelayed ? ["alternate-exchange", "x-delayed-type"] : ["alternate-exchange"] {
            try check.compareArgument(
                argument,
                received: declare.options.arguments,
                current: exchange.options.arguments
            )
        }
    }

    mutating func deleteExchange(
        _ name: String,
        ifUnused: Bool,
        noWait: Bool,
        on channel: Channel
    ) throws(AMQPError) {
        let virtualHost = channel.session.virtualHost
        let name = try checkedName(name)
        try refuseDefaultExchange(name)
        try require(.configure, onExchange: name, for: channel)
        if VirtualHost.isPredeclared(name) || name.hasPrefix("amq.") {
            throw AMQPError(
                .accessRefused,
                "deletion of system exchange '\(name)' in vhost '\(virtualHost.name)' not allowed"
            )
        }
        guard let exchange = virtualHost.exchanges[name] else {
            reply(.exchangeDeleted, on: channel, unless: noWait)
            return
        }
        if ifUnused, exchange.hasBindings {
            throw AMQPError(.preconditionFailed, "exchange '\(name)' in vhost '\(virtualHost.name)' in use")
        }
        let sources = exchange.incoming.map(\.source)
        let position = delete(exchange, in: virtualHost)
        for source in sources { deleteIfAbandoned(source, in: virtualHost) }
        reply(.exchangeDeleted, when: position, on: channel, unless: noWait)
    }

    /// Removes an exchange with its bindings in both directions. Gives when that is durable.
    @discardableResult
    mutating func delete(_ exchange: Exchange, in virtualHost: VirtualHost) -> JournalPosition {
        guard virtualHost.exchanges[exchange.name] === exchange else { return gate.committedPosition }
        virtualHost.exchanges[exchange.name] = nil
        virtualHost.routingChanged()
        for binding in exchange.bindingsInOrder { remove(binding, in: virtualHost) }
        for binding in exchange.incoming { remove(binding, in: virtualHost) }
        guard exchange.options.durable else { return gate.committedPosition }
        if exchange.deduplication.count > 0, let scope = exchange.deduplication.scope, isDurable {
            deduplicationChanges.append(.forgetAll(scope))
        }
        return record(.deleteExchange(virtualHost: virtualHost.name, name: exchange.name))
    }

    // MARK: Names

    /// The name without line breaks (as RabbitMQ takes it); refused if it is longer than a short string.
    func checkedName(_ name: String) throws(AMQPError) -> String {
        guard name.utf8.count <= 255 else {
            throw AMQPError(.preconditionFailed, "a name may have 255 bytes, this one has \(name.utf8.count)")
        }
        guard name.utf8.contains(where: { $0 == 10 || $0 == 13 }) else { return name }
        return String(decoding: name.utf8.filter { $0 != 10 && $0 != 13 }, as: UTF8.self)
    }

    func refuseDefaultExchange(_ name: String) throws(AMQPError) {
        guard !name.isEmpty else {
            throw AMQPError(.accessRefused, "operation not permitted on the default exchange")
        }
    }

    func noExchange(_ name: String, in virtualHost: VirtualHost) -> AMQPError {
        AMQPError(.notFound, "no exchange '\(name)' in vhost '\(virtualHost.name)'")
    }

    func limitReached(_ what: String, _ limit: Int, in virtualHost: VirtualHost) -> AMQPError {
        AMQPError(
            .preconditionFailed,
            "cannot declare: the limit of \(limit) \(what) in vhost '\(virtualHost.name)' is reached"
        )
    }
}

extension Exchange {
    func definition(in virtualHost: VirtualHost) -> ExchangeDefinition {
        ExchangeDefinition(
            virtualHost: virtualHost.name,
            name: name,
            type: type.rawValue,
            autoDelete: options.autoDelete,
            internal: options.internal,
            arguments: options.arguments
        )
    }
}
