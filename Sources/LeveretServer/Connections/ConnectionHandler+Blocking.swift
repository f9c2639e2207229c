import LeveretModel
import LeveretWire
import Synchronization

// A broker that takes no messages for a while. As in RabbitMQ, only clients that publish notice: they are told, and
// not read until it is over, so that those which only consume can help it out.

extension ConnectionHandler {
    func block(_ reason: String, awaitsAnswers: Bool) {
        guard machine.state == .open, let reason = gate.block(reason, awaitsAnswers: awaitsAnswers) else { return }
        tellBlocked(reason)
    }

    /// The client is concerned from now on.
    func tellBlocked(_ reason: String) {
        if machine.handshake.client.acceptsBlocked {
            let text = AMQPError(code: .resourceError, text: reason).shortText
            outbound.write(.connectionBlocked(ConnectionBlocked(reason: text)))
        }
        noteBlocking()
    }

    func unblock() {
        guard gate.unblock() else { return }
        if machine.state == .open, machine.handshake.client.acceptsBlocked {
            outbound.write(.connectionUnblocked(ConnectionUnblocked()))
        }
        noteBlocking()
    }

    /// The client publishes faster than the disk takes it: it is not read until the journal has caught up, of which it
    /// notices nothing but that its writes take longer.
    func waitForJournal() {
        gate.isJournalBehind = true
        updateReading()
    }

    func journalCaughtUp() {
        gate.isJournalBehind = false
        updateReading()
    }

    private func noteBlocking() {
        record?.isBlocked.store(gate.isBlocked, ordering: .relaxed)
        updateReading()
    }
}
