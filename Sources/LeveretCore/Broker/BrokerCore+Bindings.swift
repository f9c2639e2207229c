import LeveretModel

// queue.bind, queue.unbind, exchange.bind and exchange.unbind

extension BrokerCore {
    mutating func bind(
        _ bind: Bind,
        kind: BindingDefinition.DestinationKind,
        on channel: Channel
    ) throws(AMQPError) {
        let virtualHost = channel.session.virtualHost
        let (source, identity) = try resolve(bind, kind: kind, on: channel)
        guard let exchange = virtualHost.exchanges[source] else { throw noExchange(source, in: virtualHost) }
        let destination = try existingDestination(identity, on: channel)
        try check(identity, for: exchange)
        let answer: Reply = kind == .queue ? .queueBound : .exchangeBound
        if let existing = exchange.binding(identity) {
            reply(answer, when: existing.definedAt, on: channel, unless: bind.noWait)
            return
        }
        guard virtualHost.bindingCount < limits.bindingsPerVirtualHost else {
            throw limitReached("bindings", limits.bindingsPerVirtualHost, in: virtualHost)
        }
        let binding = add(identity, from: exchange, to: destination, in: virtualHost)
        if binding.isDurable { binding.definedAt = record(.putBinding(binding.definition(in: virtualHost))) }
        reply(answer, when: binding.definedAt, on: channel, unless: bind.noWait)
    }

    mutating func unbind(
        _ bind: Bind,
        kind: BindingDefinition.DestinationKind,
        on channel: Channel
    ) throws(AMQPError) {
        let virtualHost = channel.session.virtualHost
        let (source, identity) = try resolve(bind, kind: kind, on: channel)
        if kind == .queue, let queue = virtualHost.queues[identity.destination] {
            try checkOwner(of: queue, for: channel)
        }
        let answer: Reply = kind == .queue ? .queueUnbound : .exchangeUnbound
        guard let exchange = virtualHost.exchanges[source], let binding = exchange.binding(identity) else {
            reply(answer, on: channel, unless: bind.noWait)
            return
        }
        let position = remove(binding, in: virtualHost)
        deleteIfAbandoned(exchange, in: virtualHost)
        reply(answer, when: position, on: channel, unless: bind.noWait)
    }

    /// Reads names with their defaults, and checks the rights that bind and unbind need.
    private func resolve(
        _ bind: Bind,
        kind: BindingDefinition.DestinationKind,
        on channel: Channel
    ) throws(AMQPError) -> (source: String, identity: Binding.Identity) {
        let source = try checkedName(bind.source)
        var destination = try checkedName(bind.destination)
        var routingKey = bind.routingKey
        if kind == .queue, destination.isEmpty {
            destination = try lastDeclaredQueue(of: channel)
            if routingKey.isEmpty { routingKey = destination }
        }
        try refuseDefaultExchange(source)
        switch kind {
        case .queue:
            try refuseReplyQueue(destination)
            try require(.write, onQueue: destination, for: channel)
        case .exchange:
            try refuseDefaultExchange(destination)
            try require(.write, onExchange: destination, for: channel)
        }
        try require(.read, onExchange: source, for: channel)
        if let exchange = channel.session.virtualHost.exchanges[source] {
            try requireTopic(.read, key: routingKey, of: exchange, for: channel)
        }
        let identity = Binding.Identity(
            kind: kind,
            destination: destination,
            routingKey: routingKey,
            arguments: bind.arguments
        )
        return (source, identity)
    }

    private func existingDestination(
        _ identity: Binding.Identity,
        on channel: Channel
    ) throws(AMQPError) -> Binding.Destination {
        let virtualHost = channel.session.virtualHost
        switch identity.kind {
        case .queue:
            return .queue(try usableQueue(identity.destination, for: channel))
        case .exchange:
            guard let exchange = virtualHost.exchanges[identity.destination] else {
                throw noExchange(identity.destination, in: virtualHost)
            }
            return .exchange(exchange)
        }
    }

    /// Refuses keys and arguments that the exchange's type cannot work with.
    private func check(_ identity: Binding.Identity, for exchange: Exchange) throws(AMQPError) {
        switch exchange.routingType {
        case .headers:
            guard let mode = identity.arguments["x-match"] else { return }
            guard let text = mode.string else {
                throw AMQPError(
                    .preconditionFailed,
                    "Invalid x-match field type \(mode.typeName); expected longstr"
                )
            }
            if HeadersMatch.Mode(rawValue: text) == nil {
                throw AMQPError(
                    .preconditionFailed,
                    "Invalid x-match field value \"\(text)\"; expected all, any, all-with-x, or any-with-x"
                )
            }
        case .topic:
            if TopicRouter.words(of: identity.routingKey).count(where: \.isAnyWords) > 2 {
                throw AMQPError(.preconditionFailed, "a topic binding key may hold '#' twice at most")
            }
        case .consistentHash: try checkWeight(identity.routingKey)
        default: break
        }
    }

    /// The binding key of a consistent hash exchange is a weight.
    private func checkWeight(_ bindingKey: String) throws(AMQPError) {
        let most = 10_000
        guard let weight = ConsistentHashRouter.weight(bindingKey) else {
            throw AMQPError(.preconditionFailed, "The binding key must be an integer: '\(bindingKey)'")
        }
        guard weight >= 1 else { throw AMQPError(.preconditionFailed, "The binding key must be greater than 0") }
        guard weight <= most else {
            throw AMQPError(.preconditionFailed, "The binding key must not exceed \(most)")
        }
    }

    /// Makes a binding. It is durable if both its ends are.
    mutating func add(
        _ identity: Binding.Identity,
        from exchange: Exchange,
        to destination: Binding.Destination,
        in virtualHost: VirtualHost
    ) -> Binding {
        let binding = Binding(
            source: exchange,
            destination: destination,
            identity: identity,
            serial: virtualHost.takeBindingSerial(),
            isDurable: exchange.options.durable && destination.isDurable
        )
        exchange.add(binding)
        switch destination {
        case .queue(let queue): queue.bindings.append(binding)
        case .exchange(let target): target.incoming.append(binding)
        }
        virtualHost.bindingCount += 1
        virtualHost.routingChanged()
        return binding
    }

    /// Removes a binding from both its ends. Gives when that is durable.
    @discardableResult
    mutating func remove(_ binding: Binding, in virtualHost: VirtualHost) -> JournalPosition {
        guard binding.source.binding(binding.identity) === binding else { return gate.committedPosition }
        binding.source.remove(binding)
        switch binding.destination {
        case .queue(let queue): queue.bindings.removeInOrder(binding)
        case .exchange(let target): target.incoming.removeInOrder(binding)
        }
        virtualHost.bindingCount -= 1
        virtualHost.routingChanged()
        guard binding.isDurable else { return gate.committedPosition }
        return record(.deleteBinding(binding.definition(in: virtualHost)))
    }

    /// An auto-delete exchange goes with the last binding of which it was the source.
    mutating func deleteIfAbandoned(_ exchange: Exchange, in virtualHost: VirtualHost) {
        guard exchange.options.autoDelete, !exchange.hasBindings else { return }
        let sources = exchange.incoming.map(\.source)
        delete(exchange, in: virtualHost)
        for source in sources { deleteIfAbandoned(source, in: virtualHost) }
    }
}

extension Binding {
    func definition(in virtualHost: VirtualHost) -> BindingDefinition {
        BindingDefinition(
            virtualHost: virtualHost.name,
            source: source.name,
            destinationKind: identity.kind,
            destination: identity.destination,
            routingKey: identity.routingKey,
            arguments: identity.arguments
        )
    }
}

extension Binding.Destination {
    fileprivate var isDurable: Bool {
        switch self {
        case .queue(let queue): queue.options.durable
        case .exchange(let exchange): exchange.options.durable
        }
    }
}
