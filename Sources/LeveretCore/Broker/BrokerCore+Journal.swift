import LeveretModel

// Between the core and the journal

extension BrokerCore {
    /// Notes a change of a definition. Gives when it will be durable.
    mutating func record(_ change: DefinitionChange) -> JournalPosition {
        guard isDurable else { return gate.committedPosition }
        definitionChanges.append(change)
        return gate.openPosition
    }

    /// What has gathered since the last batch, for one transaction; `nil` if there is nothing, or if a batch is
    /// still under way. `Command.journalCommitted` with the batch's position says that it is durable.
    package mutating func cutJournalBatch() -> JournalBatch? {
        guard isDurable, failure == nil, !gate.hasBatchUnderWay, hasWorkForJournal else { return nil }
        var batch = JournalBatch(
            position: gate.takePosition(),
            nextQueueID: QueueID(rawValue: nextDurableQueueID)
        )
        batch.definitions = definitionChanges
        definitionChanges = []
        segmentsUnderWay = log.cut(into: &batch)
        batch.deliveryMarks = takeDeliveryMarks()
        batch.deduplications = deduplicationChanges
        deduplicationChanges = []
        return batch
    }

    /// Whether what has gathered may wait for a time as long as a commit takes: messages are probably settled by then, and
    /// need not be written at all; acknowledgements are written with others. Nobody who waits for anything else has to
    /// wait for that.
    package var mayJournalWait: Bool {
        isDurable && failure == nil && log.mayWait && log.unstoredBytes <= limits.unstoredBytes / 4
            && definitionChanges.isEmpty && markedQueues.isEmpty && deduplicationChanges.isEmpty
            && !gate.isOpenPositionAwaited
    }

    /// That time has passed. Whether something has waited long enough.
    package mutating func lookForSettled() -> Bool { log.look() }

    private var hasWorkForJournal: Bool {
        !definitionChanges.isEmpty || log.hasWorkForJournal || !markedQueues.isEmpty
            || !deduplicationChanges.isEmpty || gate.isOpenPositionAwaited
    }

    private mutating func takeDeliveryMarks() -> [DeliveryMark] {
        for queue in markedQueues {
            queue.mark.isScheduled = false
            guard !queue.isDeleted else { continue }
            marksUnderWay.append((queue, DeliveryMark(queue: queue.id, ordinal: queue.mark.requested)))
        }
        markedQueues.removeAll(keepingCapacity: true)
        return marksUnderWay.map(\.mark)
    }

    mutating func journalCommitted(_ position: JournalPosition) {
        blockReasons.journal = nil
        let channels = gate.commit(position)
        if !gate.hasBatchUnderWay {
            log.markStored(segmentsUnderWay)
            segmentsUnderWay = []
            marksWritten()
        }
        finishPromotions()
        for channel in channels { releaseHeldEffects(of: channel) }
    }

    /// The journal has failed for good: memory may be ahead of the disk, so nothing more is promised. What is
    /// unconfirmed is refused and every session is closed; a restart recovers what was promised.
    mutating func fail(_ reason: String) {
        guard failure == nil else { return }
        failure = reason
        gate.refuseAllWaiting()
        handOutLastAnswers()
        for id in sessions.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            effects.append(.connectionException(id, AMQPError(.internalError, "the journal failed: \(reason)")))
        }
        for session in sessions.values {
            for channel in session.channels.values { channel.letGo() }
            session.channels = [:]
        }
        sessions = [:]
        scheduledQueues = []
    }

    /// Where a channel holds back effects its answers would overtake them, a return for one; such a channel is
    /// closed without any.
    private mutating func handOutLastAnswers() {
        var answers: [Effect] = []
        gate.takeAnswers { answers.append($0) }
        for answer in answers {
            guard let id = answer.channel, let channel = channel(id), !channel.isHeld else { continue }
            effects.append(answer)
        }
    }
}
