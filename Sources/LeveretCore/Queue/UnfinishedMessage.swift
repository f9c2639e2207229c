/// A message that has left its queue's order, and whose record is needed to find out where it goes.
///
/// The record may have to be read back from the journal first; until then the message still belongs to the queue, and
/// a crash brings it back there. One that has died outlives its queue, but not a crash after the queue was deleted.
struct UnfinishedMessage {
    enum Fate {
        /// To the dead letter exchange.
        case death(DeathReason)
        /// Back into the queue after a wait, which the message itself may name.
        case retry
        /// To its place again to wait, as a copy of it goes into the queue. It was due then.
        case repetition(dueAt: UInt64)
    }

    let entry: QueueEntry
    let fate: Fate

    var isDead: Bool { if case .death = fate { true } else { false } }
}
