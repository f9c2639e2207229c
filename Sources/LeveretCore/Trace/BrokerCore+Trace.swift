import LeveretModel

// The firehose: copies of what is published and delivered in a virtual host go to its exchange `amq.rabbitmq.trace`

extension BrokerCore {
    /// Switches tracing of a virtual host on, in the node's name, or off.
    mutating func setTracing(_ virtualHost: String, node: String?) {
        virtualHosts[virtualHost]?.tracingNode = node
        isTracing = virtualHosts.values.contains(where: \.isTraced)
    }

    /// Publishes a run in a virtual host that is traced.
    mutating func publishTraced(
        _ run: UnsafeBufferPointer<PublishingView>,
        on channel: Channel
    ) throws(AMQPError) {
        for publishing in run {
            let route = try publish(publishing, on: channel)
            let message = TracedMessage(publishing)
            let routedQueues = route.queues.map { FieldValue.string($0.name) }
            trace(
                message,
                key: "publish." + message.exchange,
                on: channel,
                [.init(key: "routed_queues", value: .array(routedQueues))]
            )
        }
    }

    /// Traces the deliveries among the command's effects, the first of which has this index, and delivers what
    /// follows from that. It ends, because what comes from the trace exchange is not traced again.
    mutating func traceDeliveries(from first: Int) {
        var next = first
        while next < effects.list.count {
            switch effects.list[next] {
            case .deliver(let id, let delivery), .getOk(let id, let delivery, _): trace(delivery, on: id)
            default: break
            }
            next += 1
            if next == effects.list.count { deliverWhatIsDue() }
        }
    }

    private mutating func trace(_ delivery: DeliveryEffect, on id: ChannelID) {
        guard let channel = channel(id), let queue = channel.consumer(delivery.consumer)?.queue else { return }
        trace(
            TracedMessage(delivery.record.record),
            key: "deliver." + queue.name,
            on: channel,
            [.init(key: "redelivered", value: .int32(delivery.redelivered ? 1 : 0))]
        )
    }

    /// Publishes a copy with headers that say where the message was seen.
    private mutating func trace(
        _ message: TracedMessage,
        key: String,
        on channel: Channel,
        _ details: [FieldTable.Entry]
    ) {
        let virtualHost = channel.session.virtualHost
        guard let node = virtualHost.tracingNode, message.exchange != VirtualHost.traceExchange,
            let exchange = virtualHost.exchanges[VirtualHost.traceExchange], exchange.hasBindings
        else { return }
        let place: [FieldTable.Entry] = [
            .init(key: "node", value: .string(node)),
            .init(key: "vhost", value: .string(virtualHost.name)),
            .init(key: "connection", value: .string(channel.session.options.name)),
            .init(key: "channel", value: .int32(Int32(channel.id.number))),
            .init(key: "user", value: .string(channel.session.options.user)),
        ]
        guard let properties = message.traceProperties(place + details) else { return }
        message.withTrace(key: key, properties) { publishing, key, summary in
            var routing = Routing(
                in: virtualHost,
                subject: RoutingSubject(key: key, properties: publishing.properties)
            )
            routing.follow(exchange)
            enqueue(Arrival(publishing: publishing, summary: summary), to: routing.queues, in: virtualHost)
        }
    }
}
