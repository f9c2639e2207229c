import LeveretModel

// Direct reply-to: replies go straight to the channel that asked, without a queue that anybody declares.

extension BrokerCore {
    /// What a requester consumes, and what it puts into the property reply-to.
    static let replyQueueName = "amq.rabbitmq.reply-to"
    /// What the queues that stand behind it are called, before a token that nobody can guess.
    static let replyQueuePrefix = "amq.rabbitmq.reply-to."

    /// Gives the channel a queue for its replies and a consumer of it.
    mutating func consumeReplies(_ consume: Consume, on channel: Channel) throws(AMQPError) {
        guard consume.noAcknowledge else {
            throw AMQPError(.preconditionFailed, "reply consumer cannot acknowledge")
        }
        guard channel.replyQueue == nil else {
            throw AMQPError(.preconditionFailed, "reply consumer already set")
        }
        let virtualHost = channel.session.virtualHost
        let queue = Queue(
            id: takeTransientQueueID(),
            name: generator.name(prefix: Self.replyQueuePrefix),
            virtualHost: virtualHost,
            options: QueueOptions(exclusive: true, autoDelete: true),
            owner: channel.id.session,
            isJournaled: false,
            entriesInMemory: limits.entriesInMemory
        )
        virtualHost.replyQueues[queue.name] = queue
        virtualHost.routingChanged()
        channel.replyQueue = queue
        try addConsumer(consume, of: queue, on: channel)
    }

    /// Declares of reply queues only ask whether the requester is still there; everybody may.
    mutating func inspectReplyQueue(
        _ name: String,
        _ declare: DeclareQueue,
        on channel: Channel
    ) throws(AMQPError) {
        let virtualHost = channel.session.virtualHost
        guard name == Self.replyQueueName || virtualHost.replyQueues[name] != nil else {
            throw noQueue(name, in: virtualHost)
        }
        channel.lastDeclaredQueue = name
        reply(.queueDeclared(name: name, messageCount: 0, consumerCount: 1), on: channel, unless: declare.noWait)
    }

    func refuseReplyQueue(_ name: String) throws(AMQPError) {
        guard !name.hasPrefix(Self.replyQueueName) else {
            throw AMQPError(.accessRefused, "cannot bind or unbind to a volatile (direct reply-to) queue")
        }
    }

    /// Whether a publishing is a reply, so that nobody is told if the requester is gone.
    func isReply(_ publishing: PublishingView) -> Bool {
        publishing.address.exchange.isEmpty && publishing.address.routingKey.starts(with: Self.replyQueuePrefix.utf8)
    }

    /// The name that a responder is to reply to, if the requester wrote the one that stands for it.
    func replyAddress(
        for publishing: PublishingView,
        _ summary: PropertiesSummary,
        on channel: Channel
    ) throws(AMQPError) -> String? {
        guard let range = summary.replyTo, range.count == Self.replyQueueName.utf8.count,
            publishing.properties[range].elementsEqual(Self.replyQueueName.utf8)
        else { return nil }
        guard let queue = channel.replyQueue else {
            throw AMQPError(.preconditionFailed, "fast reply consumer does not exist")
        }
        return queue.name
    }
}
