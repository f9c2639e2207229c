package import LeveretCore
import LeveretModel

extension ModelBroker {
    /// After a command and all of its effects: nothing that was due may be missing, and operators must be told the truth
    /// of every queue.
    package func checkNothingIsMissing(_ reports: [BrokerReport.Queue]) throws {
        try checkConsumersHadTheirTurn(reports)
        dropWhatMayNotStay()
        settleDoubts(reports)
        try checkCounts(reports)
        if let expectedConnectionException {
            throw Violation("no connection exception \(expectedConnectionException.code.name)")
        }
        for session in sessions {
            guard session.isOpen else { throw Violation("session \(session.id) was not answered") }
            guard !session.isBlocked || isStalled || isMemoryShort || !alarms.isEmpty else {
                throw Violation("session \(session.id) is still blocked")
            }
            guard session.isBlocked || (!isStalled && alarms.isEmpty) else {
                throw Violation("session \(session.id) may publish though messages are not taken")
            }
            for channel in session.channels { try checkNothingIsMissing(on: channel) }
        }
        guard closingSessions.isEmpty else { throw Violation("a session was not closed") }
        guard openingChannels.isEmpty else { throw Violation("a channel was not opened") }
        for queue in queues { try checkNothingIsMissing(from: queue) }
        if !hasFailed, wantedSegments.isEmpty { try checkWaking() }
    }

    private func checkNothingIsMissing(on channel: ModelChannel) throws {
        if let exception = channel.exception { throw Violation("\(channel.id) did not fail with \(exception.name)") }
        for reply in channel.expectedReplies {
            if reply.mayWaitFor > committedBatches { return }
            if case .get(let queue, _) = reply.content, mayWait(for: queue) { return }
            throw Violation("channel \(channel.id) was not answered: \(reply.content)")
        }
        guard channel.expectedReturns.isEmpty else { throw Violation("a publishing of \(channel.id) was not returned") }
        guard channel.expectedCancels.isEmpty else { throw Violation("a consumer of \(channel.id) was not cancelled") }
        // Confirms of a channel come in order, so only the first can be overdue.
        if let first = channel.unconfirmed.first, first.mayWaitFor <= committedBatches,
            first.entries.allSatisfy(mustBeConfirmed)
        {
            throw Violation("publishing \(first.sequence) of \(channel.id) was not confirmed")
        }
    }

    private func checkNothingIsMissing(from queue: ModelQueue) throws {
        guard let entry = queue.firstReady else { return }
        guard let idle = queue.consumers.first(where: { hasRoom($0) && isReachable($0) }) else { return }
        guard !mayWait(for: queue) else { return }
        throw Violation("\(entry.message.summary) waits in \(queue.name) though consumer \(idle.tag) has room")
    }

    /// Whether a message that is wanted may come later. Any of those whose order is not foretold may be the one that the
    /// others wait for.
    private func mayWait(for queue: ModelQueue) -> Bool {
        guard let first = queue.firstReady else { return false }
        let candidates = queue.ready.filter { $0 === first || $0.mayChangePlaces(with: first) }
        return candidates.map(mayWait).contains(true)
    }

    /// Its segment is being read back, or the journal has yet to learn that it may have been delivered.
    private func mayWait(_ entry: ModelEntry) -> Bool {
        if !wantedSegments.isEmpty { return true }
        guard entry.isPersistent else { return false }
        let batch = entry.wantedBefore ?? nextBatch
        entry.wantedBefore = batch
        return batch > committedBatches
    }

    /// Whether somebody would take the queue's next message now.
    func isWanted(_ queue: ModelQueue) -> Bool {
        if queue.consumers.contains(where: { hasRoom($0) && isReachable($0) }) { return true }
        return sessions.flatMap(\.channels).compactMap(\.expectedReplies.first).contains { reply in
            if case .get(let wanted, _) = reply.content { wanted === queue } else { false }
        }
    }

    /// Whether publishers may be blocked for want of memory: only where the workload made memory scarce.
    private var isMemoryShort: Bool { limits.pinnedBytes < 1 << 20 }
}
