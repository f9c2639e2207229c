import LeveretCore
import LeveretModel

/// What the model expects as the outcome of a method.
enum ModelOutcome {
    /// The answer must not come before the batch is committed; 0 is at once.
    case reply(Reply, batch: Int)
    case failure(ReplyCode)
}

// MARK: Exchanges and bindings

extension ModelBroker {
    func declareExchange(_ method: DeclareExchange) -> ModelOutcome {
        if method.name.isEmpty { return .failure(.accessRefused) }
        if let existing = exchange(named: method.name) {
            guard !method.passive else { return .reply(.exchangeDeclared, batch: existing.batch) }
            let isSame =
                existing.type == method.type && existing.options.durable == method.options.durable
                && existing.options.autoDelete == method.options.autoDelete
                && existing.options.internal == method.options.internal
                && existing.options.arguments["alternate-exchange"] == method.options.arguments["alternate-exchange"]
            return isSame
                ? .reply(.exchangeDeclared, batch: existing.batch) : .failure(.preconditionFailed)
        }
        if method.passive { return .failure(.notFound) }
        if method.name.hasPrefix("amq.") { return .failure(.accessRefused) }
        guard ["direct", "fanout", "topic", "headers"].contains(method.type) else {
            return .failure(.preconditionFailed)
        }
        exchanges.append(
            ModelExchange(
                name: method.name,
                type: method.type,
                options: method.options,
                batch: method.options.durable ? nextBatch : 0
            )
        )
        return .reply(.exchangeDeclared, batch: method.options.durable ? nextBatch : 0)
    }

    func deleteExchange(_ name: String, ifUnused: Bool) -> ModelOutcome {
        if name.isEmpty || name.hasPrefix("amq.") { return .failure(.accessRefused) }
        guard let exchange = exchange(named: name) else { return .reply(.exchangeDeleted, batch: 0) }
        if ifUnused, bindings.contains(where: { $0.source == name }) { return .failure(.preconditionFailed) }
        removeExchange(exchange)
        return .reply(.exchangeDeleted, batch: exchange.options.durable ? nextBatch : 0)
    }

    func removeExchange(_ exchange: ModelExchange) {
        exchanges.removeAll { $0.name == exchange.name }
        bindings.removeAll { $0.source == exchange.name }
        removeBindings { $0.toExchange && $0.destination == exchange.name }
    }

    /// Removes bindings, and auto-delete exchanges that lose their last one.
    func removeBindings(_ isMeant: (ModelBinding) -> Bool) {
        let sources = bindings.filter(isMeant).map(\.source)
        bindings.removeAll(where: isMeant)
        for source in sources where !bindings.contains(where: { $0.source == source }) {
            if let exchange = exchange(named: source), exchange.options.autoDelete { removeExchange(exchange) }
        }
    }

    func bind(_ method: Bind, toExchange: Bool, on channel: ModelChannel) -> ModelOutcome {
        let destination = toExchange ? method.destination : resolve(method.destination, on: channel)
        guard let destination else { return .failure(.notFound) }
        if method.source.isEmpty || (toExchange && destination.isEmpty) { return .failure(.accessRefused) }
        guard let source = exchange(named: method.source),
            toExchange ? exchange(named: destination) != nil : queue(named: destination) != nil
        else { return .failure(.notFound) }
        if let queue = toExchange ? nil : queue(named: destination), !queue.allows(channel.id.session) {
            return .failure(.resourceLocked)
        }
        if source.type == "headers", !Self.isKnownMatch(method.arguments["x-match"]) {
            return .failure(.preconditionFailed)
        }
        let jokers = method.routingKey.split(separator: ".", omittingEmptySubsequences: false).count { $0 == "#" }
        if source.type == "topic", jokers > 2 { return .failure(.preconditionFailed) }
        let reply: Reply = toExchange ? .exchangeBound : .queueBound
        var binding = self.binding(method, to: destination, toExchange: toExchange, on: channel)
        if let existing = bindings.first(where: { $0 == binding }) {
            return .reply(reply, batch: existing.batch)
        }
        bindings.append(binding)
        guard isDurable(binding) else { return .reply(reply, batch: 0) }
        binding.batch = nextBatch
        bindings[bindings.count - 1] = binding
        return .reply(reply, batch: nextBatch)
    }

    private static func isKnownMatch(_ value: FieldValue?) -> Bool {
        guard let value else { return true }
        return ["all", "any", "all-with-x", "any-with-x"].contains(value.string)
    }

    func unbind(_ method: Bind, toExchange: Bool, on channel: ModelChannel) -> ModelOutcome {
        let destination = toExchange ? method.destination : resolve(method.destination, on: channel)
        guard let destination else { return .failure(.notFound) }
        if method.source.isEmpty || (toExchange && destination.isEmpty) { return .failure(.accessRefused) }
        if let queue = toExchange ? nil : queue(named: destination), !queue.allows(channel.id.session) {
            return .failure(.resourceLocked)
        }
        let reply: Reply = toExchange ? .exchangeUnbound : .queueUnbound
        let binding = self.binding(method, to: destination, toExchange: toExchange, on: channel)
        let wasDurable = bindings.contains(binding) && isDurable(binding)
        removeBindings { $0 == binding }
        return .reply(reply, batch: wasDurable ? nextBatch : 0)
    }

    private func binding(
        _ method: Bind,
        to destination: String,
        toExchange: Bool,
        on channel: ModelChannel
    ) -> ModelBinding {
        // An empty queue name with an empty routing key stands for the name of the last declared queue in both.
        let isShort = !toExchange && method.destination.isEmpty && method.routingKey.isEmpty
        return ModelBinding(
            source: method.source,
            destination: destination,
            toExchange: toExchange,
            routingKey: isShort ? destination : method.routingKey,
            arguments: method.arguments
        )
    }

    /// The name meant: an empty one stands for the last queue declared on the channel, if there is one.
    func resolve(_ name: String, on channel: ModelChannel) -> String? { name.isEmpty ? channel.lastQueue : name }
}

// MARK: Queues

extension ModelBroker {
    func declareQueue(_ method: DeclareQueue, on channel: ModelChannel) -> (ModelOutcome, ModelQueue?) {
        if let existing = queue(named: method.name), !method.name.isEmpty {
            guard existing.allows(channel.id.session) else { return (.failure(.resourceLocked), nil) }
            if !method.passive {
                guard existing.options.exclusive == method.options.exclusive else {
                    return (.failure(.resourceLocked), nil)
                }
                let sameDurability = method.options.exclusive || existing.options.durable == method.options.durable
                guard sameDurability, existing.options.autoDelete == method.options.autoDelete else {
                    return (.failure(.preconditionFailed), nil)
                }
            }
            channel.lastQueue = existing.name
            existing.unusedSince = now
            return (.reply(declared(existing), batch: existing.batch), existing)
        }
        if method.passive { return (.failure(.notFound), nil) }
        if method.name.hasPrefix("amq.") { return (.failure(.accessRefused), nil) }
        if ModelQueueRules(method.options.arguments).isQuorum, !method.options.isMadeToLast {
            return (.failure(.preconditionFailed), nil)
        }
        let owner = method.options.exclusive ? channel.id.session : nil
        if method.name.isEmpty { namesChosen += 1 }
        let name = method.name.isEmpty ? "?\(namesChosen)" : method.name
        let queue = ModelQueue(name: name, options: method.options, owner: owner)
        queue.unusedSince = now
        if queue.isDurable { queue.batch = nextBatch }
        queues.append(queue)
        channel.lastQueue = name
        return (.reply(declared(queue), batch: queue.isDurable ? nextBatch : 0), queue)
    }

    private func declared(_ queue: ModelQueue) -> Reply {
        .queueDeclared(
            name: queue.isNameKnown ? queue.name : "",
            messageCount: UInt32(queue.ready.count),
            consumerCount: UInt32(queue.consumers.count)
        )
    }

    func deleteQueue(_ name: String, ifUnused: Bool, ifEmpty: Bool, on channel: ModelChannel) -> ModelOutcome {
        guard let name = resolve(name, on: channel) else { return .failure(.notFound) }
        guard let queue = queue(named: name) else { return .reply(.queueDeleted(messageCount: 0), batch: 0) }
        guard queue.allows(channel.id.session) else { return .failure(.resourceLocked) }
        if queue.rules.isQuorum, ifUnused || ifEmpty { return .failure(.notImplemented) }
        if ifUnused, !queue.consumers.isEmpty { return .failure(.preconditionFailed) }
        if ifEmpty, !queue.ready.isEmpty { return .failure(.preconditionFailed) }
        let count = UInt32(queue.ready.count)
        delete(queue)
        return .reply(.queueDeleted(messageCount: count), batch: queue.isDurable ? nextBatch : 0)
    }

    /// Deletes a queue with its bindings; its consumers are told.
    func delete(_ queue: ModelQueue) {
        for entry in queue.entries {
            // What is with a client may or may not be confirmed before it is acknowledged.
            if entry.isUnacknowledged, entry.batch == nil { entry.batch = nextBatch }
            entry.place = .settled
        }
        queue.entries = []
        for consumer in queue.consumers {
            consumer.channel.consumers.removeAll { $0 === consumer }
            let accepts = session(consumer.channel.id.session)?.options.acceptsConsumerCancel ?? false
            if accepts { consumer.channel.expectedCancels.append(consumer) }
        }
        queue.consumers = []
        queues.removeAll { $0 === queue }
        removeBindings { !$0.toExchange && $0.destination == queue.name }
    }

    func purge(_ name: String, on channel: ModelChannel) -> ModelOutcome {
        guard let name = resolve(name, on: channel), let queue = queue(named: name) else { return .failure(.notFound) }
        guard queue.allows(channel.id.session) else { return .failure(.resourceLocked) }
        let ready = queue.ready
        for entry in ready { queue.settle(entry) }
        return .reply(.queuePurged(messageCount: UInt32(ready.count)), batch: 0)
    }
}

extension QueueOptions {
    fileprivate var isMadeToLast: Bool { durable && !autoDelete && !exclusive }
}
