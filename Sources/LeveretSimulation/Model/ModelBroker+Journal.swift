package import LeveretCore
import LeveretModel

extension ModelBroker {
    /// A batch was cut, or there was none to cut.
    package func noteCut(_ batch: JournalBatch?) throws {
        let state = durableState
        guard let batch else {
            guard state == lastSnapshot else { throw Violation("nothing was cut though something durable changed") }
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
        isStalled = false
    }

    package func noteStall() { isStalled = true }

    package func noteFailure() { hasFailed = true }

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
        isStalled = false
        forgetAlarms()
        hasFailed = false
        cutBatches = batch
        committedBatches = batch
        lastSnapshot = snapshot
        exchanges = snapshot.exchanges
        bindings = snapshot.bindings
        queues = snapshot.queues.map { restore($0, batch: batch, isClean: isClean) }
    }

    private func restore(_ saved: DurableSnapshot.Queue, batch: Int, isClean: Bool) -> ModelQueue {
        let options = QueueOptions(durable: true, autoDelete: saved.autoDelete, arguments: saved.arguments)
        let queue = ModelQueue(name: saved.name, options: options, owner: nil)
        queue.batch = batch
        queue.entries = saved.messages.map { message in
            let entry = ModelEntry(serial: message.serial, message: message.message, isPersistent: true)
            let key = "\(saved.name) \(message.serial)"
            if !isClean { suspected.insert(key) }
            entry.wasDelivered = delivered.contains(key)
            entry.mayClaimRedelivery = suspected.contains(key)
            entry.batch = batch
            return entry
        }
        return queue
    }
}
