import DequeModule
import LeveretModel

// What happens because time has passed

extension BrokerCore {
    /// Does what is due in queues. `true` if there was anything.
    @discardableResult
    mutating func doWhatIsDue() -> Bool {
        var hasDone = false
        while let queue = deadlines.takeDue(at: now.milliseconds) {
            hasDone = true
            doWhatIsDue(in: queue)
        }
        return hasDone
    }

    private mutating func doWhatIsDue(in queue: Queue) {
        queue.pace?.endWait()
        while let message = queue.delayed.removeDue(at: now.milliseconds) { becomeReady(message, in: queue) }
        while let entry = queue.ready.removeExpired(at: now.milliseconds) {
            bury(entry, of: queue, because: .expired)
        }
        takeBackOverdue(of: queue)
        finishWhatIsDue(in: queue)
        if let expires = queue.settings.expires, queue.consumers.isEmpty,
            queue.unusedSince.addingClamping(expires) <= now.milliseconds, let virtualHost = queue.virtualHost
        {
            delete(queue, in: virtualHost)
            return
        }
        schedule(queue)
        noteDeadline(of: queue)
    }

    /// What has become ready may be too much; what has died leaves before the command can change where it goes to.
    private mutating func finishWhatIsDue(in queue: Queue) {
        if queue.settings.hasLengthLimit { enforceLengthLimit(of: queue) }
        if !queue.unfinished.isEmpty { finishMessages(of: queue) }
    }

    /// Sees to it that the queue is looked at when something next falls due in it.
    mutating func noteDeadline(of queue: Queue) {
        let deadline = queue.nextDeadline
        if deadline != QueueEntry.noDeadline { deadlines.schedule(queue, at: deadline) }
    }

    /// Somebody uses the queue: it lives on.
    mutating func noteUse(of queue: Queue) {
        guard queue.settings.expires != nil else { return }
        queue.unusedSince = now.milliseconds
        noteDeadline(of: queue)
    }

    /// Tells the driver when the core has to be called, if that has changed.
    mutating func askForWaking() {
        guard let next = deadlines.next, next < wakeAt || wakeAt <= now.milliseconds else { return }
        wakeAt = next
        effects.append(.wake(at: BrokerTime(milliseconds: next)))
    }

    /// The first command brings the first time: what counts from the start counts from there.
    mutating func startClock() {
        guard !isClockRunning else { return }
        isClockRunning = true
        for virtualHost in virtualHosts.values.sorted(by: { $0.name < $1.name }) {
            for queue in virtualHost.queuesInOrder {
                queue.unusedSince = now.milliseconds
                doWhatIsDue(in: queue)
                // What was with consumers is ready again, which may be too much.
                enforceLengthLimit(of: queue)
            }
        }
    }

    // MARK: Consumers that take too long

    /// Notes when a delivery is taken back.
    mutating func lend(_ deliveryTag: UInt64, on channel: Channel, from queue: Queue, milliseconds: UInt64) {
        // Leases of what has been acknowledged go when they are met, at least as fast as new ones come.
        for _ in 0..<2 {
            guard let first = queue.leases.first, !isOutstanding(first) else { break }
            queue.leases.removeFirst()
        }
        let lease = DeliveryLease(
            deadline: now.milliseconds.addingClamping(milliseconds),
            channel: channel.id,
            incarnation: channel.incarnation,
            deliveryTag: deliveryTag
        )
        queue.leases.insert(lease, at: placeOfLease(endingAt: lease.deadline, in: queue))
        noteDeadline(of: queue)
    }

    /// Leases are in the order in which they end; mostly all are equally long, so that a new one goes behind all.
    private func placeOfLease(endingAt deadline: UInt64, in queue: Queue) -> Int {
        var (low, high) = (0, queue.leases.count)
        if let last = queue.leases.last, last.deadline <= deadline { low = high }
        while low < high {
            let middle = (low + high) / 2
            if queue.leases[middle].deadline <= deadline { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isOutstanding(_ lease: DeliveryLease) -> Bool {
        guard let channel = channel(of: lease) else { return false }
        return channel.unacknowledged.contains(lease.deliveryTag) || channel.isSettlingInTransaction
    }

    /// The channel that the delivery went to, if it is still open: its number may have been used again since.
    private func channel(of lease: DeliveryLease) -> Channel? {
        guard let channel = channel(lease.channel), channel.incarnation == lease.incarnation else { return nil }
        return channel
    }

    /// Deliveries whose time is over go back into the queue; a later acknowledgement of one is ignored.
    private mutating func takeBackOverdue(of queue: Queue) {
        while let lease = queue.leases.first, lease.deadline <= now.milliseconds {
            queue.leases.removeFirst()
            guard let channel = channel(of: lease) else { continue }
            guard let delivery = channel.unacknowledged.remove(lease.deliveryTag) else {
                renew(lease, of: channel, in: queue)
                continue
            }
            channel.noteTakenBack(lease.deliveryTag)
            requeue(delivery, of: channel, isFailure: true)
        }
    }

    /// What a transaction has acknowledged may be rolled back and wait for an acknowledgement again: then its time must
    /// not have been forgotten.
    private mutating func renew(_ lease: DeliveryLease, of channel: Channel, in queue: Queue) {
        let settlements = channel.transaction?.settlements ?? []
        guard let settlement = settlements.first(where: { $0.delivery.deliveryTag == lease.deliveryTag }),
            let timeout = channel.consumer(settlement.delivery.consumer)?.timeout ?? queue.settings.consumerTimeout,
            timeout > 0
        else { return }
        lend(lease.deliveryTag, on: channel, from: queue, milliseconds: timeout)
    }

    // MARK: Delays

    /// A message's time has come. One that was delayed by its publisher goes to the end of the queue; where the
    /// journal has it already, only once the journal knows its new place.
    private mutating func becomeReady(_ message: DelayedMessage, in queue: Queue) {
        guard !message.isRetry else {
            queue.ready.restore(message.entry)
            return
        }
        guard !message.repeats else {
            let fate = UnfinishedMessage.Fate.repetition(dueAt: message.dueAt)
            queue.unfinished.append(UnfinishedMessage(entry: message.entry, fate: fate))
            return
        }
        var history = queue.histories[message.entry.ordinal] ?? MessageHistory(writtenOrdinal: message.entry.ordinal)
        queue.histories[message.entry.ordinal] = nil
        var entry = message.entry.moved(to: queue.takeOrdinal())
        let phase = log[entry.slot].phase
        log.noteUpdate(entry, from: message.entry.ordinal, of: queue, history: &history, dueAt: 0)
        entry.hasHistory = true
        queue.histories[entry.ordinal] = history
        guard queue.isJournaled, phase == .cut || phase == .stored else {
            queue.ready.append(entry)
            return
        }
        promotions.append(Promotion(position: gate.openPosition, queue: queue, entry: entry))
    }

    /// New places are on disk: their messages may be delivered.
    mutating func finishPromotions() {
        while let promotion = promotions.first, gate.isDurable(promotion.position) {
            promotions.removeFirst()
            let queue = promotion.queue
            guard !queue.isDeleted else {
                settle(promotion.entry, of: queue)
                continue
            }
            if promotion.entry.deadline < now.milliseconds {
                bury(promotion.entry, of: queue, because: .expired)
            } else {
                queue.ready.restore(promotion.entry)
                // They were published while the journal was told of its place.
                queue.ready.noteDeadlines(behind: promotion.entry)
                if queue.settings.hasLengthLimit { enforceLengthLimit(of: queue) }
            }
            schedule(queue)
        }
    }

    /// Puts a message that came back aside for a while.
    mutating func delayRetry(of entry: QueueEntry, _ record: Record, in queue: Queue) {
        guard var policy = queue.settings.retry, var history = queue.histories[entry.ordinal] else {
            queue.ready.restore(entry)
            return
        }
        if let headers = record.headersForRetry { policy.override(with: headers) }
        let delay = policy.delay(afterReturns: history.returns, using: &generator)
        let dueAt = now.milliseconds.addingClamping(delay)
        log.noteUpdate(entry, from: entry.ordinal, of: queue, history: &history, dueAt: dueAt)
        queue.histories[entry.ordinal] = history
        if delay == 0 {
            queue.ready.restore(entry)
        } else {
            queue.delayed.insert(DelayedMessage(dueAt: dueAt, entry: entry, isRetry: true))
        }
    }
}

/// A delayed message that becomes ready once the journal knows its new place.
struct Promotion {
    let position: JournalPosition
    let queue: Queue
    let entry: QueueEntry
}

extension Record {
    /// The headers, if there may be any that say how long to wait.
    fileprivate var headersForRetry: FieldTable? {
        guard let range = (try? PropertiesSummary(scanning: properties))?.headers else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: properties[range])
        let keys: [StaticString] = [
            "x-delayed-retry-min", "x-delayed-retry-max", "x-delayed-retry-backoff", "x-delayed-retry-jitter",
        ]
        guard keys.contains(where: { FieldTable.mayContain($0, in: bytes) }) else { return nil }
        return try? FieldTable(encoded: bytes)
    }
}
