/// Whether a channel's publishings are confirmed one by one or belong to transactions. AMQP lets a channel choose once.
package struct PublishMode: Sendable {
    private enum State: Sendable {
        case undecided
        case confirming
        case transactional
        /// A transaction is open; a mandatory message of an earlier one may have come back meanwhile.
        case inTransaction(returned: PublishError?)
    }

    private var state = State.undecided

    package init() {}

    /// Whether publishings and acknowledgements belong to a transaction.
    package var isInTransaction: Bool { if case .inTransaction = state { true } else { false } }

    /// A message is to be published outside of a transaction. `true` the first time: confirms are to be selected.
    package mutating func beginConfirming() throws(AMQPError) -> Bool {
        switch state {
        case .undecided:
            state = .confirming
            return true
        case .confirming, .inTransaction: return false
        case .transactional:
            throw AMQPError(.preconditionFailed, "cannot switch from tx to confirm mode: publish in a transaction")
        }
    }

    /// A transaction is to be opened. `true` the first time: transactions are to be selected.
    package mutating func beginTransaction() throws(AMQPError) -> Bool {
        switch state {
        case .undecided:
            state = .inTransaction(returned: nil)
            return true
        case .transactional:
            state = .inTransaction(returned: nil)
            return false
        case .confirming:
            throw AMQPError(.preconditionFailed, "cannot switch from confirm to tx mode: use a channel of its own")
        case .inTransaction:
            throw AMQPError(.preconditionFailed, "a transaction of this channel is open already")
        }
    }

    /// A delivery is to be answered, which on a channel with transactions only a transaction can do.
    package func checkSettling() throws(AMQPError) {
        guard case .transactional = state else { return }
        throw AMQPError(.preconditionFailed, "the channel is transactional: acknowledge in a transaction")
    }

    /// The broker returned a message of the transaction.
    package mutating func noteReturned(_ error: PublishError) {
        if case .inTransaction(nil) = state { state = .inTransaction(returned: error) }
    }

    /// The transaction is committed or rolled back. Gives the error of the first message that came back.
    package mutating func endTransaction() -> PublishError? {
        guard case .inTransaction(let returned) = state else { return nil }
        state = .transactional
        return returned
    }
}
