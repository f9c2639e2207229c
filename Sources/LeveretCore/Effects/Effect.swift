package import LeveretModel

/// Every output of the broker core. Effects carry identifiers and trivial references, never continuations.
package enum Effect {
    case sessionOpened(SessionID)
    case sessionClosed(SessionID)
    /// The session is to be closed with this error; the core has forgotten it already.
    case connectionException(SessionID, AMQPError)
    case secretUpdated(SessionID)
    case channelOpened(ChannelID)
    case channelClosed(ChannelID)
    /// The channel is to be closed with this error; the core has forgotten it already.
    case channelException(ChannelID, AMQPError)
    case reply(ChannelID, Reply)
    case deliver(ChannelID, DeliveryEffect)
    case getOk(ChannelID, DeliveryEffect, messageCount: UInt32)
    /// A mandatory publishing that matched no queue goes back, before its confirm. The sequence is 0 on a channel
    /// that is not in confirm mode.
    case returned(ChannelID, ReplyCode, RecordReference, publishSequence: UInt64)
    case confirm(ChannelID, publishSequence: UInt64, multiple: Bool)
    case refuse(ChannelID, publishSequence: UInt64, multiple: Bool)
    /// The broker has cancelled the consumer (its queue went, or its user's right to read it).
    case consumerCancelled(ChannelID, ConsumerID, tag: String)
    /// No messages are taken for now. The session is concerned if it publishes in the meantime, or if what it has
    /// published waits for an answer: then it is to be told, and not to be read.
    case block(SessionID, reason: String, awaitsAnswers: Bool)
    case unblock(SessionID)
    /// The core wants a command, `tick` if there is no other, when this time has come.
    case wake(at: BrokerTime)
    /// A segment of the log is wanted back from the journal (`Command.segmentLoaded`).
    case loadSegment(SegmentID)
}

extension Effect {
    /// The channel that a confirm or a refusal is for.
    var channel: ChannelID? {
        switch self {
        case .confirm(let channel, _, _), .refuse(let channel, _, _): channel
        default: nil
        }
    }

    /// The session whose client the effect is for; `nil` if it is for the driver.
    package var session: SessionID? {
        switch self {
        case .sessionOpened(let session), .sessionClosed(let session), .connectionException(let session, _),
            .secretUpdated(let session), .block(let session, _, _), .unblock(let session):
            session
        case .channelOpened(let channel), .channelClosed(let channel), .channelException(let channel, _),
            .reply(let channel, _), .deliver(let channel, _), .getOk(let channel, _, _),
            .returned(let channel, _, _, _), .confirm(let channel, _, _), .refuse(let channel, _, _),
            .consumerCancelled(let channel, _, _):
            channel.session
        case .loadSegment, .wake:
            nil
        }
    }
}

/// A message on its way to a consumer or to a get. The record may be read until the next command is applied.
package struct DeliveryEffect {
    /// For a delivery; zero for the answer to a get.
    package var consumer: ConsumerID
    package var deliveryTag: UInt64
    package var redelivered: Bool
    /// How often the message came back to its queue because something had gone wrong with it, and how often at all.
    /// Only queues with a delivery limit count.
    package var failures: UInt32 = 0
    package var returns: UInt32 = 0
    package var record: RecordReference
}

/// The answer to a method.
package enum Reply: Sendable, Hashable {
    case exchangeDeclared
    case exchangeDeleted
    case exchangeBound
    case exchangeUnbound
    case queueDeclared(name: String, messageCount: UInt32, consumerCount: UInt32)
    case queueDeleted(messageCount: UInt32)
    case queuePurged(messageCount: UInt32)
    case queueBound
    case queueUnbound
    case prefetchSet
    /// Always before the consumer's first delivery. A silent one is for the door only, which has to learn the
    /// consumer's number: its client did not ask for an answer.
    case consumeStarted(ConsumerID, tag: String, isSilent: Bool)
    case consumeCancelled(tag: String)
    case getEmpty
    case recovered
    case confirmsSelected
    case transactionsSelected
    case committed
    case rolledBack
    case flowSet(active: Bool)
}

extension DeliveryEffect {
    /// The message's properties, with RabbitMQ's headers that say how often it came back if it did.
    package func withProperties<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let properties = record.record.properties
        guard returns > 0, let edited = DeliveryCountHeaders(self).added(to: properties) else {
            return body(properties)
        }
        return edited.withUnsafeBytes(body)
    }

    /// What the delivery counts for in the session's outbound window, in bytes, until the session has drained it.
    package var outboundCost: Int { record.record.outboundCost }
}
