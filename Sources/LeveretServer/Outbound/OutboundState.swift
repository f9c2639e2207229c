import LeveretModel
import LeveretWire
import NIOCore

/// What is on its way to one client, already in bytes, and what its connection's machine has still to hear of.
struct OutboundState {
    /// Frames that have not been handed to the socket.
    var buffer = ByteBuffer()
    /// What the deliveries in `buffer` count for in the session's outbound window.
    var cost = 0
    /// In the order in which the core said it.
    var events: [SessionEvent] = []
    /// The longest frame that the client takes, in bytes.
    var frameMax = Int(FrameLimits.frameMaxBeforeTuning)
    /// Whether the client understands basic.cancel from the broker.
    var announcesConsumerCancel = false
    /// Whether connection.close has been written, behind which nothing may follow.
    var isComplete = false
    private var channels = ChannelTable<OutboundChannel>()
    private var lastChannel: (number: UInt16, channel: OutboundChannel)?

    /// The channel of this number, which is made if it is new.
    mutating func channel(_ number: UInt16) -> OutboundChannel {
        if let lastChannel, lastChannel.number == number { return lastChannel.channel }
        let channel = channels[number] ?? OutboundChannel()
        channels[number] = channel
        lastChannel = (number, channel)
        return channel
    }

    /// The channel and the tag of each consumer.
    var consumerTags: [(channel: UInt16, tag: String)] {
        channels.all.flatMap { number, channel in channel.tags.all.map { (number, $0) } }
    }

    mutating func forgetChannel(_ number: UInt16) {
        channels[number] = nil
        lastChannel = nil
    }

    /// Appends a method's frame. A method that cannot be encoded ends the session: its client would wait for ever.
    mutating func write(_ method: Method, channel: UInt16) {
        do {
            try method.encode(channel: channel, into: &buffer)
        } catch {
            events.append(.renderingFailed(AMQPError(.internalError, error.explanation, method: method.id)))
        }
    }
}
