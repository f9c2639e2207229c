import DequeModule
import LeveretModel

// queue.declare, queue.delete and queue.purge

extension BrokerCore {
    mutating func declareQueue(_ declare: DeclareQueue, on channel: Channel) throws(AMQPError) {
        let virtualHost = channel.session.virtualHost
        var declare = declare
        declare.options = QueueArguments.withDefaultType(virtualHost.definition.defaultQueueType, declare.options)
        var name = try checkedName(declare.name)
        if declare.passive, name.isEmpty { name = try lastDeclaredQueue(of: channel) }
        if name.hasPrefix(Self.replyQueueName) { return try inspectReplyQueue(name, declare, on: channel) }
        if declare.passive { try requireAnyRight(to: name, kind: "queue", for: channel) }
        if !name.isEmpty, let queue = virtualHost.queues[name] {
            if !declare.passive { try require(.configure, onQueue: name, for: channel) }
            try checkOwner(of: queue, for: channel)
            if !declare.passive {
                try checkEquivalence(of: declare, to: queue, in: virtualHost)
            }
            answerDeclaration(of: queue, declare, on: channel)
            return
        }
        guard !declare.passive else { throw noQueue(name, in: virtualHost) }
        let queue = try makeQueue(declare, name: name, on: channel)
        answerDeclaration(of: queue, declare, on: channel)
    }

    private mutating func answerDeclaration(of queue: Queue, _ declare: DeclareQueue, on channel: Channel) {
        channel.lastDeclaredQueue = queue.name
        noteUse(of: queue)
        let answer = Reply.queueDeclared(
            name: queue.name,
            messageCount: queue.messageCount,
            consumerCount: queue.consumerCount
        )
        reply(answer, when: queue.definedAt, on: channel, unless: declare.noWait)
    }

    private mutating func makeQueue(
        _ declare: DeclareQueue,
        name: String,
        on channel: Channel
    ) throws(AMQPError) -> Queue {
        let virtualHost = channel.session.virtualHost
        if name.hasPrefix("amq.") {
            throw AMQPError(.accessRefused, "queue name '\(name)' contains reserved prefix 'amq.*'")
        }
        if name.isEmpty, declare.options.arguments["x-queue-type"]?.string == "quorum" {
            throw AMQPError(.preconditionFailed, "a queue of type quorum cannot have a server-generated name")
        }
        let prefix = declare.options.arguments["x-name-prefix"]?.string
        let name = try name.isEmpty ? makeName(beginning: prefix) : name
        try require(.configure, onQueue: name, for: channel)
        guard virtualHost.queues.count < limits.queuesPerVirtualHost else {
            throw limitReached("queues", limits.queuesPerVirtualHost, in: virtualHost)
        }
        try checkQueueLimit(of: virtualHost, name: name)
        try checkDeadLetterExchange(declare.options, queue: name, on: channel)
        try QueueArguments.check(declare.options, queue: name, virtualHost: virtualHost.name)
        var options = declare.options
        options.arguments["x-name-prefix"] = nil
        if options.exclusive { options.durable = false }
        let queue = Queue(
            id: try takeQueueID(durable: options.durable),
            name: name,
            virtualHost: virtualHost,
            options: options,
            owner: options.exclusive ? channel.id.session : nil,
            isJournaled: options.durable && isDurable,
            entriesInMemory: limits.entriesInMemory
        )
        queue.use(virtualHost.policy(of: queue))
        virtualHost.queues[name] = queue
        virtualHost.routingChanged()
        if options.exclusive { channel.session.exclusiveQueues.append(queue) }
        if options.durable { queue.definedAt = record(.putQueue(queue.definition(in: virtualHost))) }
        return queue
    }

    /// A name for a queue whose client gives it none, but may say how it begins.
    private mutating func makeName(beginning prefix: String?) throws(AMQPError) -> String {
        let prefix = try checkedName(prefix ?? "")
        guard !prefix.isEmpty else { return generator.name(prefix: "amq.gen-") }
        guard prefix.utf8.count <= 64 else {
            throw AMQPError(.preconditionFailed, "Queue name prefix '\(prefix)' exceeds the 64-byte limit")
        }
        return generator.name(prefix: prefix + "-")
    }

    private func checkQueueLimit(of virtualHost: VirtualHost, name: String) throws(AMQPError) {
        guard let limit = virtualHost.definition.limits.maxQueues, virtualHost.queues.count >= limit else { return }
        throw AMQPError(
            .preconditionFailed,
            "cannot declare queue '\(name)': queue limit in vhost '\(virtualHost.name)' (\(limit)) is reached"
        )
    }

    /// What leaves the queue for another exchange is read from the one and written to the other.
    private func checkDeadLetterExchange(
        _ options: QueueOptions,
        queue: String,
        on channel: Channel
    ) throws(AMQPError) {
        guard let exchange = options.arguments["x-dead-letter-exchange"]?.string else { return }
        try require(.read, onQueue: queue, for: channel)
        try require(.write, onExchange: exchange, for: channel)
    }

    private mutating func takeQueueID(durable: Bool) throws(AMQPError) -> QueueID {
        if durable {
            guard nextDurableQueueID < 1 << 32 else {
                throw AMQPError(.preconditionFailed, "the numbers of durable queues are used up")
            }
            defer { nextDurableQueueID += 1 }
            return QueueID(rawValue: nextDurableQueueID)
        }
        return takeTransientQueueID()
    }

    mutating func takeTransientQueueID() -> QueueID {
        defer { nextTransientQueueID += 1 }
        return QueueID(rawValue: nextTransientQueueID)
    }

    private func checkEquivalence(
        of declare: DeclareQueue,
        to queue: Queue,
        in virtualHost: VirtualHost
    ) throws(AMQPError) {
        guard declare.options.exclusive == queue.options.exclusive else { throw locked(queue, in: virtualHost) }
        let check = EquivalenceCheck(kind: "queue", name: queue.name, virtualHost: virtualHost.name)
        let durable = declare.options.durable && !declare.options.exclusive
        try check.compare("durable", received: durable, current: queue.options.durable)
        try check.compare("auto_delete", received: declare.options.autoDelete, current: queue.options.autoDelete)
        for argument in QueueArguments.compared {
            try check.compareArgument(
                argument,
                received: QueueArguments.normalized(declare.options.arguments),
                current: QueueArguments.normalized(queue.options.arguments)
            )
        }
    }

    mutating func deleteQueue(
        _ name: String,
        ifUnused: Bool,
        ifEmpty: Bool,
        noWait: Bool,
        on channel: Channel
    ) throws(AMQPError) {
        let virtualHost = channel.session.virtualHost
        let name = try queueName(name, for: channel)
        try require(.configure, onQueue: name, for: channel)
        guard let queue = virtualHost.queues[name] else {
            reply(.queueDeleted(messageCount: 0), on: channel, unless: noWait)
            return
        }
        try checkOwner(of: queue, for: channel)
        if queue.settings.isQuorum, ifUnused || ifEmpty {
            let flag = ifUnused ? "if-unused" : "if-empty"
            throw AMQPError(
                .notImplemented,
                "cannot delete queue '\(name)' in vhost '\(virtualHost.name)' with \(flag): "
                    + "it is not supported by queue type quorum"
            )
        }
        if ifUnused, !queue.consumers.isEmpty {
            throw AMQPError(.preconditionFailed, "queue '\(name)' in vhost '\(virtualHost.name)' in use")
        }
        if ifEmpty, !queue.ready.isEmpty {
            throw AMQPError(.preconditionFailed, "queue '\(name)' in vhost '\(virtualHost.name)' not empty")
        }
        let count = queue.messageCount
        let consumers = queue.consumers.all
        let position = remove(queue, in: virtualHost)
        // A client that consumes on this channel hears first that its wish is done.
        reply(.queueDeleted(messageCount: count), when: position, on: channel, unless: noWait)
        tellCancelled(consumers)
    }

    mutating func purgeQueue(_ name: String, noWait: Bool, on channel: Channel) throws(AMQPError) {
        let queue = try readableQueue(name, for: channel)
        let count = queue.messageCount
        settleAllReady(of: queue)
        let position = queue.isJournaled && count > 0 ? gate.openPosition : gate.committedPosition
        reply(.queuePurged(messageCount: count), when: position, on: channel, unless: noWait)
    }

    private mutating func settleAllReady(of queue: Queue) {
        let (entries, stored) = queue.ready.removeAll()
        for entry in entries { settle(entry, of: queue) }
        for run in stored { log.settle(run, of: queue) }
        queue.awaitedSegment = nil
        answerWaitingGets(of: queue)
    }

    /// The queue goes: so do the messages that are not in its order, but for dead letters that have to be read back.
    private mutating func settleAllElse(of queue: Queue) {
        for message in queue.delayed.removeAll() { settle(message.entry, of: queue) }
        let unfinished = queue.unfinished
        queue.unfinished = Deque(unfinished.filter(\.isDead))
        for message in unfinished where !message.isDead { settle(message.entry, of: queue) }
        if queue.deduplication.count > 0, let scope = queue.deduplication.scope {
            deduplicationChanges.append(.forgetAll(scope))
        }
    }

    /// Removes a queue with its messages, bindings and consumers, who are told. Gives when that is durable.
    @discardableResult
    mutating func delete(_ queue: Queue, in virtualHost: VirtualHost) -> JournalPosition {
        let consumers = queue.consumers.all
        let position = remove(queue, in: virtualHost)
        tellCancelled(consumers)
        return position
    }

    private mutating func remove(_ queue: Queue, in virtualHost: VirtualHost) -> JournalPosition {
        guard !queue.isDeleted else { return gate.committedPosition }
        // What was rejected a moment ago is a dead letter, though its queue goes.
        finishMessagesInMemory(of: queue)
        queue.isDeleted = true
        if virtualHost.queues[queue.name] === queue { virtualHost.queues[queue.name] = nil }
        if virtualHost.replyQueues[queue.name] === queue { virtualHost.replyQueues[queue.name] = nil }
        virtualHost.routingChanged()
        settleAllReady(of: queue)
        settleAllElse(of: queue)
        for consumer in queue.consumers.all { detach(consumer) }
        let sources = queue.bindings.map(\.source)
        for binding in queue.bindings { remove(binding, in: virtualHost) }
        for source in sources { deleteIfAbandoned(source, in: virtualHost) }
        if let owner = queue.owner.flatMap({ sessions[$0] }) {
            owner.exclusiveQueues.removeAll { $0 === queue }
        }
        guard queue.isJournaled else { return gate.committedPosition }
        return record(.deleteQueue(queue.id))
    }

    // MARK: Finding queues

    /// The name, or that of the queue declared last if it is empty.
    func queueName(_ name: String, for channel: Channel) throws(AMQPError) -> String {
        let name = try checkedName(name)
        return name.isEmpty ? try lastDeclaredQueue(of: channel) : name
    }

    func lastDeclaredQueue(of channel: Channel) throws(AMQPError) -> String {
        guard let name = channel.lastDeclaredQueue else {
            throw AMQPError(.notFound, "no previously declared queue")
        }
        return name
    }

    /// The queue, if there is one and the channel's session may use it.
    func usableQueue(_ name: String, for channel: Channel) throws(AMQPError) -> Queue {
        guard let queue = channel.session.virtualHost.queues[name] else {
            throw noQueue(name, in: channel.session.virtualHost)
        }
        try checkOwner(of: queue, for: channel)
        return queue
    }

    /// The queue of the name, or that declared last, if the user may read it. Who may not does not learn whether there
    /// is one.
    func readableQueue(_ name: String, for channel: Channel) throws(AMQPError) -> Queue {
        let name = try queueName(name, for: channel)
        try require(.read, onQueue: name, for: channel)
        return try usableQueue(name, for: channel)
    }

    func checkOwner(of queue: Queue, for channel: Channel) throws(AMQPError) {
        guard let owner = queue.owner, owner != channel.id.session, !channel.session.options.isOperator else { return }
        throw locked(queue, in: channel.session.virtualHost)
    }

    func noQueue(_ name: String, in virtualHost: VirtualHost) -> AMQPError {
        AMQPError(.notFound, "no queue '\(name)' in vhost '\(virtualHost.name)'")
    }

    private func locked(_ queue: Queue, in virtualHost: VirtualHost) -> AMQPError {
        AMQPError(
            .resourceLocked,
            "cannot obtain exclusive access to locked queue '\(queue.name)' in vhost '\(virtualHost.name)'. "
                + "It could be originally declared on another connection or the exclusive property value "
                + "does not match that of the original declaration."
        )
    }
}

extension Queue {
    func definition(in virtualHost: VirtualHost) -> QueueDefinition {
        QueueDefinition(
            id: id,
            virtualHost: virtualHost.name,
            name: name,
            autoDelete: options.autoDelete,
            arguments: options.arguments
        )
    }
}
