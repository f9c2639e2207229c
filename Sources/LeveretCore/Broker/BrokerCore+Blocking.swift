// When publishers have to wait

extension BrokerCore {
    /// Whether more waits for the journal than should: who publishes should not be heard for now.
    package var isJournalBehind: Bool { log.unstoredBytes > limits.unstoredBytes }
    /// Whether those may be heard again.
    package var hasJournalCaughtUp: Bool { log.unstoredBytes <= limits.unstoredBytes / 2 }

    /// Tells sessions when publishers have to wait, and when no longer.
    mutating func updateBlocking() {
        let pinned = log.residency.pinnedBytes
        if pinned > limits.pinnedBytes {
            blockReasons.isMessageMemoryFull = true
        } else if pinned < limits.pinnedBytes / 5 * 4 {
            blockReasons.isMessageMemoryFull = false
        }
        guard blockReasons.isEmpty == blockReasons.isAnnounced else { return }
        blockReasons.isAnnounced.toggle()
        let reason = blockReasons.text
        for session in sessionsInOrder {
            if let reason {
                block(session, reason)
            } else if session.isBlocked {
                session.isBlocked = false
                effects.append(.unblock(session.id))
            }
        }
    }

    /// A session that enters while messages are not taken learns of it at once.
    mutating func blockIfAnnounced(_ session: Session) {
        if blockReasons.isAnnounced, let reason = blockReasons.text { block(session, reason) }
    }

    private mutating func block(_ session: Session, _ reason: String) {
        session.isBlocked = true
        effects.append(.block(session.id, reason: reason, awaitsAnswers: awaitsAnswers(session)))
    }

    /// Whether something that the session was promised, a confirm for one, has yet to come.
    private func awaitsAnswers(_ session: Session) -> Bool {
        session.channels.values.contains { channel in
            channel.isHeld || channel.ledger.map { gate.unansweredCount($0) > 0 } ?? false
        }
    }

    var sessionsInOrder: [Session] { sessions.values.sorted { $0.id.rawValue < $1.id.rawValue } }
}
