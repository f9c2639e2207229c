package import LeveretCore
import LeveretModel

extension ModelBroker {
    /// A batch was cut, or there was none to cut.
    package func noteCut(_ batch: JournalBatch?) throws {
        let state = durableState
        guard let batch else {
            guard state.isSame(as: lastSnapshot, at: now) else {
                throw Violation("nothing was cut though something durable changed")
            }
            let isAwaited = sessions.flatMap(\.channels).flatMap(\.expectedReplies).contains {
                $0.mustWaitFor == nextBatch
            }
            guard !isAwaited else { throw Violation("nothing was cut though a reply waits for it") }
            let waits = queues.contains { $0.firstReady?.wantedBefore == nextBatch && isWanted($0) }
            guard !waits || !wantedSegments.isEmpty else {
                throw Violation("nothing was cut though a delivery waits for its mark")
            }
            return
        }
        cutBatches += 1
        positions[cutBatches] = batch.position
        snapshots[cutBatches] = state
        lastSnapshot = state
        for entry in queues.flatMap(\.entries) where entry.isPersistent && entry.batch == nil {
            entry.batch = cutBatches
        }
    }

    /// The core is told that all batches up to this one are durable.
    package func noteCommit() {
        committedBatches = cutBatches
        committedIn = currentStep
        isStalled = false
        endPromotions()
    }

    package func noteStall() { isStalled = true }

    package func noteFailure() { hasFailed = true }

    /// Whether a segment was asked for that has not been brought yet.
    package var isReadingBack: Bool { !wantedSegments.isEmpty }

    package func noteLoaded(_ segment: SegmentID) { wantedSegments.removeAll { $0 == segment } }

    /// The core is gone; a new one recovers from a journal that holds everything up to a batch, counted from 1.
    /// After a clean stop it knows exactly what has been delivered; after a crash it may suspect more.
    package func restart(from batch: Int, isClean: Bool) {
        let snapshot = snapshots[batch] ?? .initial
        sessions = []
        closingSessions = []
        openingChannels = []
        wantedSegments = []
        expectedConnectionException = nil
        wake = nil
        isStalled = false
        forgetAlarms()
        hasFailed = false
        cutBatches = batch
        committedBatches = batch
        lastSnapshot = snapshot
        exchanges = snapshot.exchanges
        for place in exchanges.indices { exchanges[place].window = exchanges[place].window.restored }
        bindings = snapshot.bindings
        queues = snapshot.queues.map { restore($0, batch: batch, isClean: isClean) }
    }

    private func restore(_ saved: DurableSnapshot.Queue, batch: Int, isClean: Bool) -> ModelQueue {
        let options = QueueOptions(durable: true, autoDelete: saved.autoDelete, arguments: saved.arguments)
        let queue = ModelQueue(name: saved.name, options: options, owner: nil)
        queue.batch = batch
        queue.window = saved.window.restored
        queue.entries = saved.messages.map { record in
            let entry = ModelEntry(record, isPersistent: true, readySince: 0)
            // A mark covers what is older than the youngest that left: with priorities that may be more than left.
            if !isClean || queue.rules.maxPriority > 0 { suspected.insert(record.identity) }
            entry.wasDelivered = delivered.contains(record.identity)
            entry.mayClaimRedelivery = suspected.contains(record.identity)
            entry.batch = batch
            return entry
        }
        return queue
    }
}
