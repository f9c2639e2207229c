import LeveretModel

/// Every input of the broker core. Hot commands come in runs: one command carries many publishings or
/// acknowledgements of one channel.
package enum Command {
    /// A client has been authenticated and enters a virtual host. Answered by `sessionOpened` or, if it may not
    /// enter, by a connection exception; after that exception the session does not exist.
    case openSession(SessionID, SessionOptions)
    /// The client is gone or leaves: its channels close, its exclusive queues go. Answered by `sessionClosed`.
    case closeSession(SessionID)
    /// The client shows new credentials, and its access is checked again. Answered by `secretUpdated`.
    case updateSecret(SessionID)
    case openChannel(ChannelID)
    /// Answered by `channelClosed`; what was unacknowledged is requeued.
    case closeChannel(ChannelID)
    /// A method that is not hot.
    case method(ChannelID, ChannelMethod)
    case publish(ChannelID, UnsafeBufferPointer<PublishingView>)
    case acknowledge(ChannelID, UnsafeBufferPointer<Acknowledgement>)
    /// The client has taken this many bytes of what was delivered to it (see `CoreLimits.outboundWindow`).
    case sessionDrained(SessionID, bytes: Int)
    /// The batch of the position, and all before it, are durable.
    case journalCommitted(JournalPosition)
    /// The journal cannot take batches for now (disk full) and tries again: publishers are to wait.
    case journalStalled(reason: String)
    /// The journal has failed for good: unconfirmed publishings are refused and every session closed.
    case journalFailed(reason: String)
    /// The machine runs short of something, or no longer: publishers are to wait as long as it does.
    case resourceAlarm(Resource, isRaised: Bool)
    /// Answers the effect `loadSegment`; without a segment if what was read back are no records.
    case segmentLoaded(SegmentID, index: [UInt8], RestoredSegment?)
    /// A segment could not be read back.
    case segmentFailed(SegmentID, reason: String)
    /// An operator drops a delayed message, named as `BrokerCore.delayedMessages` names it.
    case cancelDelayed(virtualHost: String, queue: String, number: UInt64)
    /// An operator closes a session.
    case forceClose(SessionID, reason: String)
    /// Copies of what is published and delivered in a virtual host are to go to its trace exchange, in the name of
    /// this node; or, without one, no longer.
    case setTracing(virtualHost: String, node: String?)
    /// Time has passed, and nothing else has happened.
    case tick
}

/// Who opens a session and how.
package struct SessionOptions: Sendable, Hashable {
    package var user: String
    package var virtualHost: String
    /// Whether the client understands basic.cancel from the broker.
    package var acceptsConsumerCancel: Bool
    /// Whether the client is the program itself, which needs no rights and may publish in any user's name.
    package var isTrusted: Bool
    /// Whether the client is an operator, to whom exclusive queues are like others.
    package var isOperator = false
    /// Whether basic.qos without `global` changes the consumers that the channel has, and not only those to come.
    package var qosAppliesToExisting: Bool
    /// The most channels the session may have open.
    package var channelMax: Int
    /// What the session is called in reports, such as `127.0.0.1:50000 -> 127.0.0.1:5672`.
    package var name: String

    package init(
        user: String,
        virtualHost: String,
        acceptsConsumerCancel: Bool = true,
        isTrusted: Bool = false,
        qosAppliesToExisting: Bool = false,
        channelMax: Int = 2047,
        name: String = ""
    ) {
        self.user = user
        self.virtualHost = virtualHost
        self.acceptsConsumerCancel = acceptsConsumerCancel
        self.isTrusted = isTrusted
        self.qosAppliesToExisting = qosAppliesToExisting
        self.channelMax = channelMax
        self.name = name
    }
}

/// A publishing whose bytes lie elsewhere; they must stay as they are while the command is applied.
package struct PublishingView {
    package var address: AddressView
    /// Flag words and property list as in a content header. They must be well formed (`PropertiesSummary`).
    package var properties: UnsafeRawBufferPointer
    package var body: UnsafeRawBufferPointer
    package var mandatory: Bool
    /// Whether the header `x-death` is the broker's own. What clients publish under that name is not.
    var hasDeathHistory = false

    package init(
        address: AddressView,
        properties: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer,
        mandatory: Bool
    ) {
        self.address = address
        self.properties = properties
        self.body = body
        self.mandatory = mandatory
    }
}

/// An answer to deliveries: basic.ack, basic.nack or basic.reject.
package struct Acknowledgement: Sendable, Hashable {
    package enum Kind: UInt8, Sendable, Hashable {
        case acknowledge
        case nack
        case reject
    }

    package var kind: Kind
    package var deliveryTag: UInt64
    /// Whether all deliveries up to the tag are meant; with tag 0, all.
    package var multiple: Bool
    /// For nack and reject: back into the queue, or out of it.
    package var requeue: Bool

    package init(kind: Kind, deliveryTag: UInt64, multiple: Bool = false, requeue: Bool = false) {
        self.kind = kind
        self.deliveryTag = deliveryTag
        self.multiple = multiple
        self.requeue = requeue
    }
}
