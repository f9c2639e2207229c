import LeveretCore
import LeveretModel

extension Workload {
    mutating func method(on channel: ChannelID, _ model: ModelBroker) -> ChannelMethod {
        switch random.number(1...100) {
        case 1...22: declareQueue(model)
        case 23...34: random.chance(70) ? .bindQueue(bind(model)) : .unbindQueue(bind(model))
        case 35...42: declareExchange()
        case 43...46: exchangeBinding()
        case 47...64: plan.usesConsumers ? consume(channel, model) : get(model)
        case 65...70: cancel(channel, model)
        case 71...82: get(model)
        case 83...86: prefetch(channel, model)
        case 87...89: recovery()
        case 90...91: .purgeQueue(name: queueName(model), noWait: random.chance(20))
        case 92...93: deleteQueue(model)
        case 94: deleteExchange()
        default: modeOrFlow()
        }
    }

    private mutating func prefetch(_ channel: ChannelID, _ model: ModelBroker) -> ChannelMethod {
        let count = random.pick(plan.prefetches) ?? 0
        if random.chance(25), let tag = random.pick(model.consumerTags(of: channel)) {
            return .setConsumerPrefetch(consumerTag: tag, count: count)
        }
        return .setPrefetch(count: count, size: 0, global: random.chance(30))
    }

    mutating func selectMode() -> ChannelMethod {
        if random.chance(plan.transactions) { return .selectTransactions(noWait: random.chance(20)) }
        return .selectConfirms(noWait: random.chance(20))
    }

    private mutating func modeOrFlow() -> ChannelMethod {
        if random.chance(plan.transactions) { return .selectTransactions(noWait: random.chance(20)) }
        if random.chance(plan.mistakes) { return random.one(of: .commit, .rollback) }
        if random.chance(plan.confirms) { return .selectConfirms(noWait: random.chance(20)) }
        return .flow(active: !random.chance(plan.mistakes))
    }

    private mutating func queueName(_ model: ModelBroker) -> String {
        if random.chance(plan.mistakes) { return "missing" }
        if random.chance(5) { return "" }
        return random.pick(model.queueNames) ?? random.pick(plan.queueNames) ?? "missing"
    }

    private mutating func declareQueue(_ model: ModelBroker) -> ChannelMethod {
        let isNamedByBroker = random.chance(8)
        let name = isNamedByBroker ? "" : random.pick(plan.queueNames) ?? ""
        let place = plan.queueNames.firstIndex(of: name) ?? 0
        var options = QueueOptions()
        options.durable = !isNamedByBroker && plan.isDurable(place)
        options.exclusive = isNamedByBroker || place == 4
        options.autoDelete = place == 3
        if !isNamedByBroker, place < plan.queueArguments.count { options.arguments = plan.queueArguments[place] }
        if random.chance(plan.mistakes) {
            options.durable = !isNamedByBroker && random.chance(50)
            options.autoDelete = random.chance(50)
        }
        let passive = !isNamedByBroker && random.chance(10) && random.chance(plan.mistakes * 10 + 10)
        return .declareQueue(
            DeclareQueue(
                name: name,
                passive: passive,
                options: options,
                noWait: !isNamedByBroker && random.chance(10)
            )
        )
    }

    private mutating func declareExchange() -> ChannelMethod {
        let name = random.pick(plan.exchangeNames) ?? "x0"
        let place = plan.exchangeNames.firstIndex(of: name) ?? 0
        var options = ExchangeOptions()
        options.durable = (place * 53) % 100 < plan.durability
        options.autoDelete = place == 2
        options.internal = place == 3
        if place == 0 { options.arguments = plan.exchangeArguments }
        if place == 1 { options.arguments = ["alternate-exchange": "x2"] }
        if random.chance(plan.mistakes) { options.durable = random.chance(50) }
        let type = ["topic", "direct", "headers", "fanout"][place % 4]
        return .declareExchange(
            DeclareExchange(
                name: name,
                type: random.chance(plan.mistakes) && random.chance(30) ? "odd" : type,
                passive: random.chance(3),
                options: options,
                noWait: random.chance(10)
            )
        )
    }

    private mutating func exchangeName() -> String {
        if random.chance(plan.mistakes) { return random.one(of: "missing", "") }
        if random.chance(20) { return random.one(of: "amq.direct", "amq.topic", "amq.fanout", "amq.headers") }
        return random.pick(plan.exchangeNames) ?? "x0"
    }

    private mutating func bind(_ model: ModelBroker) -> Bind {
        var arguments = FieldTable()
        if random.chance(40) {
            arguments = headers()
            if random.chance(70) {
                arguments.append(
                    key: "x-match",
                    value: random.one(of: "all", "any", "all-with-x", "any-with-x")
                )
            }
        }
        return Bind(
            destination: queueName(model),
            source: existing(exchangeName(), model),
            routingKey: bindingKey(),
            arguments: arguments,
            noWait: random.chance(10)
        )
    }

    private mutating func existing(_ name: String, _ model: ModelBroker) -> String {
        if model.exchange(named: name) != nil || random.chance(plan.mistakes) { return name }
        return "amq.topic"
    }

    private mutating func exchangeBinding() -> ChannelMethod {
        guard plan.usesExchangesToExchanges else { return declareExchange() }
        let bind = Bind(
            destination: exchangeName(),
            source: exchangeName(),
            routingKey: bindingKey(),
            arguments: [:],
            noWait: random.chance(10)
        )
        return random.chance(75) ? .bindExchange(bind) : .unbindExchange(bind)
    }

    private mutating func consume(_ channel: ChannelID, _ model: ModelBroker) -> ChannelMethod {
        let queue = queueName(model)
        // Whether a full queue takes a message depends on who takes one from it meanwhile: only gets do, so that it
        // can be foretold.
        if model.refusesPublishings(queue, on: channel) { return .get(queue: queue, noAcknowledge: false) }
        var arguments = FieldTable()
        if plan.usesPriorities { arguments["x-priority"] = .int32(Int32(random.number(-1...2))) }
        var tag = newTag()
        if random.chance(plan.mistakes), let taken = random.pick(model.consumerTags(of: channel)) { tag = taken }
        return .consume(
            Consume(
                queue: queue,
                consumerTag: tag,
                noAcknowledge: random.chance(20),
                exclusive: random.chance(4),
                arguments: arguments,
                noWait: !tag.isEmpty && random.chance(10),
                prefetch: random.chance(20) ? random.pick(plan.prefetches) : nil
            )
        )
    }

    private mutating func cancel(_ channel: ChannelID, _ model: ModelBroker) -> ChannelMethod {
        let tag = random.pick(model.consumerTags(of: channel)) ?? "unknown"
        return .cancel(consumerTag: tag, noWait: random.chance(10))
    }

    private mutating func get(_ model: ModelBroker) -> ChannelMethod {
        .get(queue: queueName(model), noAcknowledge: random.chance(30))
    }

    mutating func recovery() -> ChannelMethod {
        .recover(requeue: !random.chance(plan.mistakes), noWait: random.chance(30))
    }

    private mutating func deleteQueue(_ model: ModelBroker) -> ChannelMethod {
        .deleteQueue(
            name: queueName(model),
            ifUnused: random.chance(plan.mistakes * 5),
            ifEmpty: random.chance(plan.mistakes * 5),
            noWait: random.chance(10)
        )
    }

    private mutating func deleteExchange() -> ChannelMethod {
        .deleteExchange(
            name: random.pick(plan.exchangeNames) ?? "x0",
            ifUnused: random.chance(plan.mistakes * 5),
            noWait: random.chance(10)
        )
    }
}
