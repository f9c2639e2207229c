package import LeveretCore
import LeveretModel

// What happens because time has passed, or because there is too much in a queue

extension ModelBroker {
    /// A command brings the time: what was due by then happens before the command.
    package func pass(to time: BrokerTime) {
        now = time.milliseconds
        currentStep += 1
        for queue in queues where queue.unusedSince == nil { queue.unusedSince = now }
        for queue in queues {
            for entry in queue.delayedInOrder where entry.record.dueAt.map({ $0 <= now }) ?? false {
                endDelay(of: entry, in: queue)
            }
            // What comes in this moment is for the consumers first, even if it may not live at all.
            expire(queue) { $0.readySince < currentStep }
            takeBackOverdue(of: queue)
        }
        for queue in queues {
            guard let expires = queue.rules.expires, queue.consumers.isEmpty, let since = queue.unusedSince,
                since + expires <= now
            else { continue }
            expiredQueues += 1
            queuesExpiredIn = currentStep
            dropExcessOfDelays(endedBefore: since + expires)
            dropExcess(of: queue)
            expire(queue) { _ in true }
            delete(queue)
        }
    }

    /// What came back goes to its old place, what its publisher delayed to the end: if a batch has its old place
    /// already, once another has its new one.
    private func endDelay(of entry: ModelEntry, in queue: ModelQueue) {
        queue.noteEndedDelay(at: entry.record.dueAt ?? now, in: currentStep)
        entry.record.dueAt = nil
        entry.place = .ready
        endedDelays += 1
        guard entry.record.returns == 0 else { return }
        entry.record.arrival = currentStep
        queue.entries.removeAll { $0 === entry }
        queue.entries.append(entry)
        if entry.isPersistent, entry.batch != nil { entry.place = .promoted(batch: nextBatch) }
    }

    /// A batch is durable: what waited for its place to be may be delivered.
    func endPromotions() {
        for queue in queues {
            for entry in queue.entries {
                guard case .promoted(let batch) = entry.place, batch <= committedBatches else { continue }
                if let deadline = entry.record.deadline, deadline < now {
                    bury(entry, of: queue, because: .expired)
                    continue
                }
                entry.place = .ready
                entry.readySince = currentStep
                // Younger ones may have left before it, which is all that a mark says.
                suspected.insert(entry.record.identity)
            }
        }
    }

    private func takeBackOverdue(of queue: ModelQueue) {
        for channel in sessions.flatMap(\.channels) {
            let overdue = channel.unacknowledged.filter {
                $0.queue === queue && $0.overdueAt.map { $0 <= now } ?? false
            }
            for delivery in overdue {
                channel.unacknowledged.removeAll { $0.tag == delivery.tag }
                channel.takenBack.append(delivery.tag)
                channel.settledIn = currentStep
                takenBack += 1
                putBack(delivery, isFailure: true)
            }
            // What a transaction has settled is not overdue; but it may be rolled back.
            for place in channel.transaction?.settlements.indices ?? 0..<0 {
                channel.transaction?.settlements[place].delivery.renew(of: queue, at: now)
            }
        }
    }

    /// After the deliveries of a command: what nobody took and what may not stay goes.
    func dropWhatMayNotStay() {
        let deaths = expiredMessages + droppedMessages
        for queue in queues {
            // What had to be read back first has been looked at for its time first.
            if readingIn == currentStep { expire(queue) { _ in true } }
            dropExcess(of: queue)
            expire(queue) { _ in true }
        }
        // What has come to another queue may not stay there either.
        if expiredMessages + droppedMessages > deaths { dropWhatMayNotStay() }
    }

    private func expire(_ queue: ModelQueue, where isMeant: (ModelEntry) -> Bool) {
        guard queue.entries.contains(where: { $0.isReady && $0.isOver(at: now) }) else { return }
        for entry in queue.readyInOrder where entry.isOver(at: now) && isMeant(entry) {
            bury(entry, of: queue, because: .expired)
        }
    }

    /// A message is delivered: those before it must have gone, because their time was over or there was too much.
    func dropReady(before entry: ModelEntry, in queue: ModelQueue) throws {
        for first in queue.readyInOrder.prefix(while: { $0 !== entry }) where !first.mayChangePlaces(with: entry) {
            // Of a dead letter that comes now it is not foretold how soon it comes.
            if !first.record.deaths.isEmpty, first.readySince == currentStep { continue }
            if mayComeLater(first, in: queue) {
                queue.notePassedOver(first, in: currentStep)
                continue
            }
            // Where a limit holds consumers have their turn with each message that comes, or comes back.
            if queue.rules.isLimited, first.readySince == currentStep || first.returnedIn == currentStep {
                queue.notePassedOver(first, in: currentStep)
                continue
            }
            if first.isOver(at: now) {
                bury(first, of: queue, because: .expired)
                continue
            }
            guard !queue.rules.refusesPublishings, queue.isOverfull else {
                throw Violation(
                    "\(queue.name) delivers \(entry.message.summary), the first ready is \(first.message.summary); \(queue.contents)"
                )
            }
            bury(first, of: queue, because: .maxlen)
        }
    }

    /// Whether others may be delivered before the core looks at what has come back to its place in this step.
    private func mayComeLater(_ first: ModelEntry, in queue: ModelQueue) -> Bool {
        // How long a message waits for its next try is written in it, and it may have to be read back.
        if queue.rules.retry != nil, first.returnedIn == currentStep, readingIn == currentStep { return true }
        // The journal has just given it a new place.
        guard committedIn == currentStep, first.readySince == currentStep else { return false }
        return !queue.isOverfull || readingIn != currentStep
    }

    /// The core must have asked to be called when something next falls due.
    func checkWaking() throws {
        guard let due = nextDue else { return }
        guard let wake, wake > now, wake <= due else {
            throw Violation("nothing wakes the core at \(due), it is \(now); \(queues.map(\.contents))")
        }
    }

    /// Whether something falls due by then.
    package func isDue(at time: BrokerTime) -> Bool {
        wake == nil || (nextDue.map { $0 <= time.milliseconds } ?? false)
    }

    /// When the next thing falls due, in milliseconds since 1970.
    package var nextDue: UInt64? {
        let lent = sessions.flatMap(\.channels).flatMap(\.outstanding).filter(\.entry.isUnacknowledged)
            .compactMap(\.overdueAt)
        let inQueues = queues.flatMap { queue -> [UInt64] in
            let deadlines = queue.ready.compactMap(\.record.deadline) + queue.entries.compactMap(\.record.dueAt)
            guard let expires = queue.rules.expires, queue.consumers.isEmpty, let since = queue.unusedSince else {
                return deadlines
            }
            return deadlines + [since + expires]
        }
        return (lent + inQueues).min()
    }
}
