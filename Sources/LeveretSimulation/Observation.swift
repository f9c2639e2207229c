package import LeveretCore
package import LeveretModel

/// A message as a client sees it, copied out of the log.
package struct ObservedMessage: Sendable, Hashable {
    package var exchange: String
    package var routingKey: String
    package var properties: [UInt8]
    package var body: [UInt8]

    package init(exchange: String, routingKey: String, properties: [UInt8], body: [UInt8]) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
    }

    init(copying reference: RecordReference) {
        let record = reference.record
        exchange = String(decoding: record.address.exchange, as: UTF8.self)
        routingKey = String(decoding: record.address.routingKey, as: UTF8.self)
        properties = [UInt8](record.properties)
        body = [UInt8](record.body)
    }

    /// The headers, decoded.
    package var headers: FieldTable {
        properties.withUnsafeBytes { bytes in
            guard let range = (try? PropertiesSummary(scanning: bytes))?.headers else { return [:] }
            return (try? FieldTable(encoded: UnsafeRawBufferPointer(rebasing: bytes[range]))) ?? [:]
        }
    }

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// A message on its way to a consumer or a get, copied out of the log.
package struct ObservedDelivery: Sendable, Hashable {
    package var consumer: ConsumerID
    package var tag: UInt64
    package var redelivered: Bool
    package var message: ObservedMessage
    /// What the core counts of the session's outbound window.
    package var outboundCost: Int

    init(copying delivery: DeliveryEffect) {
        consumer = delivery.consumer
        tag = delivery.deliveryTag
        redelivered = delivery.redelivered
        message = ObservedMessage(copying: delivery.record)
        message.properties = delivery.withProperties { [UInt8]($0) }
        outboundCost = delivery.outboundCost
    }
}

/// An effect whose content has been copied, so that it can be kept and compared.
package enum Observation: Sendable, Hashable {
    case sessionOpened(SessionID)
    case sessionClosed(SessionID)
    case secretUpdated(SessionID)
    case connectionException(SessionID, AMQPError)
    case channelOpened(ChannelID)
    case channelClosed(ChannelID)
    case channelException(ChannelID, AMQPError)
    case reply(ChannelID, Reply)
    case deliver(ChannelID, ObservedDelivery)
    case getOk(ChannelID, ObservedDelivery, messageCount: UInt32)
    case returned(ChannelID, ReplyCode, ObservedMessage)
    case confirm(ChannelID, sequence: UInt64, multiple: Bool)
    case refuse(ChannelID, sequence: UInt64, multiple: Bool)
    case consumerCancelled(ChannelID, ConsumerID, tag: String)
    case block(SessionID, reason: String, awaitsAnswers: Bool)
    case unblock(SessionID)
    case wake(at: BrokerTime)
    case loadSegment(SegmentID)

    package init(copying effect: Effect) {
        switch effect {
        case .sessionOpened(let session): self = .sessionOpened(session)
        case .sessionClosed(let session): self = .sessionClosed(session)
        case .secretUpdated(let session): self = .secretUpdated(session)
        case .connectionException(let session, let error): self = .connectionException(session, error)
        case .channelOpened(let channel): self = .channelOpened(channel)
        case .channelClosed(let channel): self = .channelClosed(channel)
        case .channelException(let channel, let error): self = .channelException(channel, error)
        case .reply(let channel, let reply): self = .reply(channel, reply)
        case .deliver(let channel, let delivery): self = .deliver(channel, ObservedDelivery(copying: delivery))
        case .getOk(let channel, let delivery, let count):
            self = .getOk(channel, ObservedDelivery(copying: delivery), messageCount: count)
        case .returned(let channel, let code, let record, _):
            self = .returned(channel, code, ObservedMessage(copying: record))
        case .confirm(let channel, let sequence, let multiple):
            self = .confirm(channel, sequence: sequence, multiple: multiple)
        case .refuse(let channel, let sequence, let multiple):
            self = .refuse(channel, sequence: sequence, multiple: multiple)
        case .consumerCancelled(let channel, let consumer, let tag):
            self = .consumerCancelled(channel, consumer, tag: tag)
        case .block(let session, let reason, let awaitsAnswers):
            self = .block(session, reason: reason, awaitsAnswers: awaitsAnswers)
        case .unblock(let session): self = .unblock(session)
        case .wake(let time): self = .wake(at: time)
        case .loadSegment(let segment): self = .loadSegment(segment)
        }
    }
}

extension Observation {
    /// The message that it brings to a consumer or a get.
    var delivered: ObservedMessage? {
        switch self {
        case .deliver(_, let delivery), .getOk(_, let delivery, _): delivery.message
        default: nil
        }
    }
}
