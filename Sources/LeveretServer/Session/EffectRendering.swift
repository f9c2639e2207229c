import LeveretCore
import LeveretModel
import LeveretWire

/// Effects as bytes.
extension OutboundState {
    /// Appends the frames of effects, or keeps them for the connection's machine. Records are read in place.
    mutating func render(_ effects: UnsafeBufferPointer<Effect>) {
        guard !isComplete else { return }
        for effect in effects { render(effect) }
    }

    private mutating func render(_ effect: Effect) {
        switch effect {
        case .deliver(let channel, let delivery): deliver(delivery, on: channel.number)
        case .confirm(let channel, let sequence, let multiple):
            FrameEncoder.writeAck(
                channel: channel.number,
                deliveryTag: sequence,
                multiple: multiple,
                into: &buffer
            )
        case .refuse(let channel, let sequence, let multiple):
            FrameEncoder.writeNack(
                channel: channel.number,
                deliveryTag: sequence,
                multiple: multiple,
                requeue: false,
                into: &buffer
            )
        case .reply(let channel, let reply): self.reply(reply, on: channel.number)
        case .getOk(let channel, let delivery, let messageCount):
            answerGet(delivery, messageCount: messageCount, on: channel.number)
        case .returned(let channel, let code, let record, _): giveBack(record.record, code: code, on: channel.number)
        case .consumerCancelled(let channel, let consumer, let tag):
            cancel(consumer, tag: tag, on: channel.number)
        case .channelOpened(let channel):
            forgetChannel(channel.number)
            write(.channelOpenOk(ChannelOpenOk()), channel: channel.number)
        case .channelClosed(let channel):
            forgetChannel(channel.number)
            events.append(.channelClosed(channel.number))
        case .channelException(let channel, let error):
            forgetChannel(channel.number)
            events.append(.channelFailed(channel.number, error))
        case .sessionOpened, .sessionClosed, .secretUpdated, .connectionException, .block, .unblock:
            renderOfSession(effect)
        case .loadSegment, .wake: break
        }
    }

    private mutating func renderOfSession(_ effect: Effect) {
        switch effect {
        case .sessionOpened:
            write(.connectionOpenOk(ConnectionOpenOk()), channel: 0)
            events.append(.sessionOpened)
        case .sessionClosed: events.append(.sessionClosed)
        case .secretUpdated: write(.connectionUpdateSecretOk(ConnectionUpdateSecretOk()), channel: 0)
        case .connectionException(_, let error): events.append(.sessionFailed(error))
        case .block(_, let reason, let awaitsAnswers):
            events.append(.blocked(reason: reason, awaitsAnswers: awaitsAnswers))
        case .unblock: events.append(.unblocked)
        default: break
        }
    }
}

// MARK: - Messages

extension OutboundState {
    private mutating func deliver(_ delivery: DeliveryEffect, on number: UInt16) {
        let record = delivery.record.record
        delivery.withProperties { properties in
            channel(number).tags.withEncodedTag(of: delivery.consumer) { tag in
                FrameEncoder.writeDeliver(
                    channel: number,
                    consumerTag: tag,
                    deliveryTag: delivery.deliveryTag,
                    redelivered: delivery.redelivered,
                    exchangeAndRoutingKey: record.address.bytes,
                    properties: properties,
                    body: record.body,
                    frameMax: frameMax,
                    into: &buffer
                )
            }
        }
        cost += delivery.outboundCost
    }

    private mutating func answerGet(_ delivery: DeliveryEffect, messageCount: UInt32, on number: UInt16) {
        let record = delivery.record.record
        delivery.withProperties { properties in
            FrameEncoder.writeGetOk(
                channel: number,
                deliveryTag: delivery.deliveryTag,
                redelivered: delivery.redelivered,
                exchangeAndRoutingKey: record.address.bytes,
                messageCount: messageCount,
                properties: properties,
                body: record.body,
                frameMax: frameMax,
                into: &buffer
            )
        }
        cost += delivery.outboundCost
    }

    private mutating func giveBack(_ record: Record, code: ReplyCode, on number: UInt16) {
        FrameEncoder.writeReturn(
            channel: number,
            code: code,
            text: code.name,
            exchangeAndRoutingKey: record.address.bytes,
            properties: record.properties,
            body: record.body,
            frameMax: frameMax,
            into: &buffer
        )
    }

    private mutating func cancel(_ consumer: ConsumerID, tag: String, on number: UInt16) {
        channel(number).tags.remove(consumer)
        events.append(.consumerCancelled(number, tag: tag))
        guard announcesConsumerCancel else { return }
        write(.basicCancel(BasicCancel(consumerTag: tag, noWait: true)), channel: number)
    }
}

// MARK: - Replies

extension OutboundState {
    private mutating func reply(_ reply: Reply, on number: UInt16) {
        switch reply {
        case .consumeStarted(let consumer, let tag, let isSilent):
            channel(number).tags.insert(consumer, tag: tag)
            if isSilent { return }
        case .consumeCancelled(let tag): channel(number).tags.remove(tag: tag)
        default: break
        }
        write(Method(reply), channel: number)
    }
}

extension Method {
    fileprivate init(_ reply: Reply) {
        self =
            switch reply {
            case .exchangeDeclared: .exchangeDeclareOk(ExchangeDeclareOk())
            case .exchangeDeleted: .exchangeDeleteOk(ExchangeDeleteOk())
            case .exchangeBound: .exchangeBindOk(ExchangeBindOk())
            case .exchangeUnbound: .exchangeUnbindOk(ExchangeUnbindOk())
            case .queueDeclared(let name, let messageCount, let consumerCount):
                .queueDeclareOk(
                    QueueDeclareOk(queue: name, messageCount: messageCount, consumerCount: consumerCount)
                )
            case .queueDeleted(let messageCount): .queueDeleteOk(QueueDeleteOk(messageCount: messageCount))
            case .queuePurged(let messageCount): .queuePurgeOk(QueuePurgeOk(messageCount: messageCount))
            case .queueBound: .queueBindOk(QueueBindOk())
            case .queueUnbound: .queueUnbindOk(QueueUnbindOk())
            case .prefetchSet: .basicQosOk(BasicQosOk())
            case .consumeStarted(_, let tag, _): .basicConsumeOk(BasicConsumeOk(consumerTag: tag))
            case .consumeCancelled(let tag): .basicCancelOk(BasicCancelOk(consumerTag: tag))
            case .getEmpty: .basicGetEmpty(BasicGetEmpty())
            case .recovered: .basicRecoverOk(BasicRecoverOk())
            case .confirmsSelected: .confirmSelectOk(ConfirmSelectOk())
            case .transactionsSelected: .txSelectOk(TxSelectOk())
            case .committed: .txCommitOk(TxCommitOk())
            case .rolledBack: .txRollbackOk(TxRollbackOk())
            case .flowSet(let active): .channelFlowOk(ChannelFlowOk(active: active))
            }
    }
}
