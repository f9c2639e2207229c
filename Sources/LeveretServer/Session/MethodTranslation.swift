import LeveretCore
import LeveretModel
import LeveretWire

/// What a method that came on an open channel asks for.
enum ChannelRequest: Equatable {
    /// A question to the core.
    case method(ChannelMethod)
    /// An answer to deliveries.
    case acknowledge(Acknowledgement)
    /// The server answers by itself.
    case answer(Method)
    /// An answer of the client's to something that the broker said; nothing follows from it.
    case nothing
    /// The server does not do this.
    case refuse(AMQPError)
}

extension ChannelRequest {
    /// Translates a method on an open channel; opening and closing of channels are not among them.
    init(_ method: Method) {
        switch method.id.classID {
        case 20, 30: self = .ofChannelOrAccess(method)
        case 40: self = .ofExchange(method)
        case 50: self = .ofQueue(method)
        case 60: self = .ofBasic(method)
        case 85: self = .ofConfirm(method)
        case 90: self = .ofTransaction(method)
        default: self = .unimplemented(method)
        }
    }

    private static func ofChannelOrAccess(_ method: Method) -> ChannelRequest {
        switch method {
        case .channelFlow(let flow): .method(.flow(active: flow.active))
        case .channelFlowOk: .nothing
        case .accessRequest: .answer(.accessRequestOk(AccessRequestOk(ticket: 1)))
        default: .unimplemented(method)
        }
    }

    private static func ofExchange(_ method: Method) -> ChannelRequest {
        switch method {
        case .exchangeDeclare(let declare): .method(.declareExchange(DeclareExchange(declare)))
        case .exchangeDelete(let delete):
            .method(
                .deleteExchange(
                    name: delete.exchange.withoutLineBreaks,
                    ifUnused: delete.ifUnused,
                    noWait: delete.noWait
                )
            )
        case .exchangeBind(let bind):
            .method(
                .bindExchange(
                    Bind(
                        destination: bind.destination.withoutLineBreaks,
                        source: bind.source.withoutLineBreaks,
                        routingKey: bind.routingKey,
                        arguments: bind.arguments,
                        noWait: bind.noWait
                    )
                )
            )
        case .exchangeUnbind(let unbind):
            .method(
                .unbindExchange(
                    Bind(
                        destination: unbind.destination.withoutLineBreaks,
                        source: unbind.source.withoutLineBreaks,
                        routingKey: unbind.routingKey,
                        arguments: unbind.arguments,
                        noWait: unbind.noWait
                    )
                )
            )
        default: .unimplemented(method)
        }
    }

    private static func ofQueue(_ method: Method) -> ChannelRequest {
        switch method {
        case .queueDeclare(let declare): .method(.declareQueue(DeclareQueue(declare)))
        case .queueDelete(let delete):
            .method(
                .deleteQueue(
                    name: delete.queue.withoutLineBreaks,
                    ifUnused: delete.ifUnused,
                    ifEmpty: delete.ifEmpty,
                    noWait: delete.noWait
                )
            )
        case .queuePurge(let purge):
            .method(.purgeQueue(name: purge.queue.withoutLineBreaks, noWait: purge.noWait))
        case .queueBind(let bind):
            .method(
                .bindQueue(
                    Bind(
                        destination: bind.queue.withoutLineBreaks,
                        source: bind.exchange.withoutLineBreaks,
                        routingKey: bind.routingKey,
                        arguments: bind.arguments,
                        noWait: bind.noWait
                    )
                )
            )
        case .queueUnbind(let unbind):
            .method(
                .unbindQueue(
                    Bind(
                        destination: unbind.queue.withoutLineBreaks,
                        source: unbind.exchange.withoutLineBreaks,
                        routingKey: unbind.routingKey,
                        arguments: unbind.arguments,
                        noWait: false
                    )
                )
            )
        default: .unimplemented(method)
        }
    }

    private static func ofBasic(_ method: Method) -> ChannelRequest {
        switch method {
        case .basicQos(let qos): .ofPrefetch(qos)
        case .basicConsume(let consume): .method(.consume(Consume(consume)))
        case .basicCancel(let cancel):
            .method(.cancel(consumerTag: cancel.consumerTag, noWait: cancel.noWait))
        case .basicGet(let get):
            .method(.get(queue: get.queue.withoutLineBreaks, noAcknowledge: get.noAck))
        case .basicRecover(let recover): .method(.recover(requeue: recover.requeue, noWait: false))
        case .basicRecoverAsync(let recover): .method(.recover(requeue: recover.requeue, noWait: true))
        case .basicCancelOk: .nothing
        case .basicAck(let ack):
            .acknowledge(
                Acknowledgement(kind: .acknowledge, deliveryTag: ack.deliveryTag, multiple: ack.multiple)
            )
        case .basicNack(let nack):
            .acknowledge(
                Acknowledgement(
                    kind: .nack,
                    deliveryTag: nack.deliveryTag,
                    multiple: nack.multiple,
                    requeue: nack.requeue
                )
            )
        case .basicReject(let reject):
            .acknowledge(
                Acknowledgement(kind: .reject, deliveryTag: reject.deliveryTag, requeue: reject.requeue)
            )
        default: .unimplemented(method)
        }
    }

    private static func ofPrefetch(_ qos: BasicQos) -> ChannelRequest {
        guard qos.prefetchSize == 0 else {
            return .refuse(
                AMQPError(.notImplemented, "prefetch_size!=0 (\(qos.prefetchSize))", method: BasicQos.id)
            )
        }
        return .method(.setPrefetch(count: qos.prefetchCount, size: qos.prefetchSize, global: qos.global))
    }

    private static func ofConfirm(_ method: Method) -> ChannelRequest {
        guard case .confirmSelect(let select) = method else { return .unimplemented(method) }
        return .method(.selectConfirms(noWait: select.noWait))
    }

    private static func ofTransaction(_ method: Method) -> ChannelRequest {
        switch method {
        case .txSelect: .method(.selectTransactions(noWait: false))
        case .txCommit: .method(.commit)
        case .txRollback: .method(.rollback)
        default: .unimplemented(method)
        }
    }

    private static func unimplemented(_ method: Method) -> ChannelRequest {
        .refuse(.unimplementedMethod(method.id))
    }
}

extension DeclareExchange {
    fileprivate init(_ declare: ExchangeDeclare) {
        self.init(
            name: declare.exchange.withoutLineBreaks,
            type: declare.type,
            passive: declare.passive,
            options: ExchangeOptions(
                durable: declare.durable,
                autoDelete: declare.autoDelete,
                internal: declare.internal,
                arguments: declare.arguments
            ),
            noWait: declare.noWait
        )
    }
}

extension DeclareQueue {
    fileprivate init(_ declare: QueueDeclare) {
        self.init(
            name: declare.queue.withoutLineBreaks,
            passive: declare.passive,
            options: QueueOptions(
                durable: declare.durable,
                exclusive: declare.exclusive,
                autoDelete: declare.autoDelete,
                arguments: declare.arguments
            ),
            noWait: declare.noWait
        )
    }
}

extension Consume {
    fileprivate init(_ consume: BasicConsume) {
        self.init(
            queue: consume.queue.withoutLineBreaks,
            consumerTag: consume.consumerTag,
            noAcknowledge: consume.noAck,
            exclusive: consume.exclusive,
            arguments: consume.arguments,
            noWait: consume.noWait
        )
    }
}

extension String {
    /// Names lose their carriage returns and line feeds, which RabbitMQ does not keep either.
    fileprivate var withoutLineBreaks: String {
        guard utf8.contains(where: { $0 == 13 || $0 == 10 }) else { return self }
        return String(decoding: utf8.filter { $0 != 13 && $0 != 10 }, as: UTF8.self)
    }
}
