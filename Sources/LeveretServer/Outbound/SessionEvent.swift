import LeveretModel

/// An effect on which the connection's machine has a say, in contrast to those that are only written.
///
/// Nothing else comes from the core for the channel or the session after its end, so that what is written for
/// these later, on the event loop, is still in order.
enum SessionEvent: Equatable {
    case sessionOpened
    case channelClosed(UInt16)
    case channelFailed(UInt16, AMQPError)
    /// The broker has cancelled a consumer, because its queue went.
    case consumerCancelled(UInt16, tag: String)
    case sessionClosed
    case sessionFailed(AMQPError)
    /// A method for the client could not be put into bytes. The core knows nothing of it.
    case renderingFailed(AMQPError)
    /// No messages are taken for now; whether the session waits for answers to what it has published.
    case blocked(reason: String, awaitsAnswers: Bool)
    case unblocked
}
