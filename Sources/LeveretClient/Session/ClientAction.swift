import LeveretModel
import LeveretWire

/// What the broker answered to a method.
enum Answer: Sendable {
    case method(Method)
    /// To basic.get: a message, or none.
    case delivery(Delivery?)
}

/// What is to be done after an input of the session, once its lock is given up.
enum ClientAction {
    case answer(PendingResult<Answer>, Result<Answer, any Error>)
    /// The answer to a get. If nobody takes the message it goes back.
    case hand(Delivery, to: ClientChannelState.Expectation, on: ClientChannelState)
    case confirm(ConfirmTracker.Answer)
    case proceed(PendingResult<Void>, Result<Void, any Error>)
    case deliver(ConsumerDeliveries, [Delivery], bytes: Int)
    /// The consumer gets nothing more; an error if something failed.
    case end(ConsumerDeliveries, (any Error)?)
    case notice(ClientNotice)
}

/// What people may want to read in the log, because no caller learns of it.
enum ClientNotice: Sendable, Hashable {
    case blocked(reason: String)
    case unblocked
    case consumerCancelled(tag: String)
    /// A message came back that no unanswered publishing fits.
    case strayReturn(text: String)
}
