import LeveretModel
import LeveretTestSupport
import LeveretWire

extension SeededGenerator {
    /// One of every method there is, with random fields.
    mutating func methods() -> [Method] {
        connectionMethods() + channelMethods() + exchangeMethods() + queueMethods() + consumingMethods()
            + contentMethods() + settlingMethods() + otherMethods()
    }

    private mutating func connectionMethods() -> [Method] {
        [
            .connectionStart(
                ConnectionStart(
                    versionMajor: octet(),
                    versionMinor: octet(),
                    serverProperties: table(),
                    mechanisms: name(),
                    locales: name()
                )
            ),
            .connectionStartOk(
                ConnectionStartOk(clientProperties: table(), mechanism: name(), response: bytes(20), locale: name())
            ),
            .connectionSecure(ConnectionSecure(challenge: bytes(300))),
            .connectionSecureOk(ConnectionSecureOk(response: [])),
            .connectionTune(ConnectionTune(channelMax: short(), frameMax: long(), heartbeat: short())),
            .connectionTuneOk(ConnectionTuneOk(channelMax: short(), frameMax: long(), heartbeat: short())),
            .connectionOpen(ConnectionOpen(virtualHost: name())),
            .connectionOpenOk(ConnectionOpenOk()),
            .connectionClose(
                ConnectionClose(replyCode: short(), replyText: name(), classID: short(), methodID: short())
            ),
            .connectionCloseOk(ConnectionCloseOk()),
            .connectionBlocked(ConnectionBlocked(reason: name())),
            .connectionUnblocked(ConnectionUnblocked()),
            .connectionUpdateSecret(ConnectionUpdateSecret(newSecret: bytes(9), reason: name())),
            .connectionUpdateSecretOk(ConnectionUpdateSecretOk()),
        ]
    }

    private mutating func channelMethods() -> [Method] {
        [
            .channelOpen(ChannelOpen()),
            .channelOpenOk(ChannelOpenOk()),
            .channelFlow(ChannelFlow(active: bit())),
            .channelFlowOk(ChannelFlowOk(active: bit())),
            .channelClose(ChannelClose(replyCode: short(), replyText: name(), classID: short(), methodID: short())),
            .channelCloseOk(ChannelCloseOk()),
        ]
    }

    private mutating func exchangeMethods() -> [Method] {
        [
            .exchangeDeclare(
                ExchangeDeclare(
                    exchange: name(),
                    type: name(),
                    passive: bit(),
                    durable: bit(),
                    autoDelete: bit(),
                    internal: bit(),
                    noWait: bit(),
                    arguments: table()
                )
            ),
            .exchangeDeclareOk(ExchangeDeclareOk()),
            .exchangeDelete(ExchangeDelete(exchange: name(), ifUnused: bit(), noWait: bit())),
            .exchangeDeleteOk(ExchangeDeleteOk()),
            .exchangeBind(
                ExchangeBind(
                    destination: name(),
                    source: name(),
                    routingKey: name(),
                    noWait: bit(),
                    arguments: table()
                )
            ),
            .exchangeBindOk(ExchangeBindOk()),
            .exchangeUnbind(
                ExchangeUnbind(
                    destination: name(),
                    source: name(),
                    routingKey: name(),
                    noWait: bit(),
                    arguments: table()
                )
            ),
            .exchangeUnbindOk(ExchangeUnbindOk()),
        ]
    }

    private mutating func queueMethods() -> [Method] {
        [
            .queueDeclare(
                QueueDeclare(
                    queue: name(),
                    passive: bit(),
                    durable: bit(),
                    exclusive: bit(),
                    autoDelete: bit(),
                    noWait: bit(),
                    arguments: table()
                )
            ),
            .queueDeclareOk(QueueDeclareOk(queue: name(), messageCount: long(), consumerCount: long())),
            .queueBind(
                QueueBind(queue: name(), exchange: name(), routingKey: name(), noWait: bit(), arguments: table())
            ),
            .queueBindOk(QueueBindOk()),
            .queuePurge(QueuePurge(queue: name(), noWait: bit())),
            .queuePurgeOk(QueuePurgeOk(messageCount: long())),
            .queueDelete(QueueDelete(queue: name(), ifUnused: bit(), ifEmpty: bit(), noWait: bit())),
            .queueDeleteOk(QueueDeleteOk(messageCount: long())),
            .queueUnbind(QueueUnbind(queue: name(), exchange: name(), routingKey: name(), arguments: table())),
            .queueUnbindOk(QueueUnbindOk()),
        ]
    }

    private mutating func consumingMethods() -> [Method] {
        [
            .basicQos(BasicQos(prefetchSize: long(), prefetchCount: short(), global: bit())),
            .basicQosOk(BasicQosOk()),
            .basicConsume(
                BasicConsume(
                    queue: name(),
                    consumerTag: name(),
                    noLocal: bit(),
                    noAck: bit(),
                    exclusive: bit(),
                    noWait: bit(),
                    arguments: table()
                )
            ),
            .basicConsumeOk(BasicConsumeOk(consumerTag: name())),
            .basicCancel(BasicCancel(consumerTag: name(), noWait: bit())),
            .basicCancelOk(BasicCancelOk(consumerTag: name())),
        ]
    }

    private mutating func contentMethods() -> [Method] {
        [
            .basicPublish(
                BasicPublish(exchange: name(), routingKey: name(), mandatory: bit(), immediate: bit())
            ),
            .basicReturn(
                BasicReturn(replyCode: short(), replyText: name(), exchange: name(), routingKey: name())
            ),
            .basicDeliver(
                BasicDeliver(
                    consumerTag: name(),
                    deliveryTag: longlong(),
                    redelivered: bit(),
                    exchange: name(),
                    routingKey: name()
                )
            ),
            .basicGet(BasicGet(queue: name(), noAck: bit())),
            .basicGetOk(
                BasicGetOk(
                    deliveryTag: longlong(),
                    redelivered: bit(),
                    exchange: name(),
                    routingKey: name(),
                    messageCount: long()
                )
            ),
            .basicGetEmpty(BasicGetEmpty()),
        ]
    }

    private mutating func settlingMethods() -> [Method] {
        [
            .basicAck(BasicAck(deliveryTag: longlong(), multiple: bit())),
            .basicReject(BasicReject(deliveryTag: longlong(), requeue: bit())),
            .basicRecoverAsync(BasicRecoverAsync(requeue: bit())),
            .basicRecover(BasicRecover(requeue: bit())),
            .basicRecoverOk(BasicRecoverOk()),
            .basicNack(BasicNack(deliveryTag: longlong(), multiple: bit(), requeue: bit())),
        ]
    }

    private mutating func otherMethods() -> [Method] {
        [
            .accessRequest(
                AccessRequest(
                    realm: name(),
                    exclusive: bit(),
                    passive: bit(),
                    active: bit(),
                    write: bit(),
                    read: bit()
                )
            ),
            .accessRequestOk(AccessRequestOk(ticket: short())),
            .confirmSelect(ConfirmSelect(noWait: bit())),
            .confirmSelectOk(ConfirmSelectOk()),
            .txSelect(TxSelect()),
            .txSelectOk(TxSelectOk()),
            .txCommit(TxCommit()),
            .txCommitOk(TxCommitOk()),
            .txRollback(TxRollback()),
            .txRollbackOk(TxRollbackOk()),
        ]
    }
}
