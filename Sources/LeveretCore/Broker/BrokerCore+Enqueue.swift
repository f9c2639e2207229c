import LeveretModel

// How messages get into queues

/// A message on its way into queues.
struct Arrival {
    let publishing: PublishingView
    let summary: PropertiesSummary
    var due = DueTime()
    /// Whose confirm waits for it.
    var ticket: ConfirmTicket?
    /// How many dead-letterings led straight to this one without the message having been in a queue in between.
    var detours = 0
    /// Whether it is a copy of a repeated message, which deduplication has let in already.
    var isCopy = false
}

extension BrokerCore {
    /// Puts a message into queues, each with its own rules, and sees to its confirm. `false` if a queue refused it.
    @discardableResult
    mutating func enqueue(_ arrival: Arrival, to queues: [Queue], in virtualHost: VirtualHost) -> Bool {
        var isRefused = false
        var awaitsLike = false
        let accepting = queues.filter { queue in
            switch admit(arrival, to: queue, in: virtualHost) {
            case .accepted: return true
            case .gone: return false
            case .duplicate(let position):
                awaitsLike = awaitsLike || mustAwait(position, arrival.summary)
                return false
            case .refused:
                isRefused = true
                return false
            }
        }
        // A message that was taken is confirmed, even if its dead letter is not.
        let isNack = isRefused && !arrival.publishing.hasDeathHistory
        // Where one like it is awaited, the confirm does not come sooner because this one is settled.
        let isJournaled = store(arrival, in: accepting, ticket: isNack || awaitsLike ? nil : arrival.ticket)
        if let ticket = arrival.ticket {
            if isNack {
                gate.refuse(ticket)
            } else if awaitsLike {
                awaitNextBatch(ticket)
            } else if isJournaled {
                gate.wait(ticket.ledger)
            } else {
                gate.resolve(ticket)
            }
        }
        for queue in accepting where queue.settings.hasLengthLimit { enforceLengthLimit(of: queue) }
        return !isRefused
    }

    // MARK: Admission

    private enum Admission {
        case accepted
        /// One like it was there before, which is durable with the position.
        case duplicate(of: JournalPosition)
        case refused
        case gone
    }

    private mutating func admit(_ arrival: Arrival, to queue: Queue, in virtualHost: VirtualHost) -> Admission {
        guard !queue.isDeleted else { return .gone }
        let settings = arrival.isCopy ? nil : queue.settings.deduplication
        let mark = settings.flatMap { deduplicationMark(of: arrival.publishing, arrival.summary, $0) }
        if let mark, let position = positionOfLike(mark, in: queue.deduplication) {
            return .duplicate(of: position)
        }
        guard hasRoom(for: arrival, in: queue, of: virtualHost) else { return .refused }
        // What is refused is not remembered: its publisher may try again.
        if let mark { remember(mark, in: queue) }
        return .accepted
    }

    private mutating func hasRoom(for arrival: Arrival, in queue: Queue, of virtualHost: VirtualHost) -> Bool {
        guard queue.settings.overflow != .dropHead, queue.settings.hasLengthLimit else { return true }
        let size = arrival.publishing.body.count
        guard queue.isFull(adding: size, count: 1) else { return true }
        // Consumers that wait may make room.
        deliver(from: queue)
        guard queue.isFull(adding: size, count: 1) else { return true }
        if queue.settings.overflow == .rejectPublishDeadLetter {
            deadLetter(DeadMessage(arrival), of: queue, because: .maxlen, in: virtualHost)
        }
        return false
    }

    // MARK: Storing

    /// Writes the message into the log once, and an entry into each queue. Whether a confirm has to wait for the
    /// journal.
    private mutating func store(_ arrival: Arrival, in queues: [Queue], ticket: ConfirmTicket?) -> Bool {
        guard !queues.isEmpty else { return false }
        // A transaction may have been committed when its time had come already.
        let due = arrival.due.isOver(at: now.milliseconds) ? DueTime() : arrival.due
        let journaledCount = queues.count(where: \.isJournaled)
        let isJournaled = arrival.summary.isPersistent && journaledCount > 0
        let place =
            isJournaled
            ? log.appendDurable(arrival.publishing, ticket: ticket, references: journaledCount).place
            : log.appendVolatile(arrival.publishing, references: queues.count)
        for queue in queues {
            let entry = makeEntry(of: arrival, at: place, for: queue)
            if isJournaled, queue.isJournaled {
                log.addJournaledReference(
                    to: log[place.slot],
                    queue: queue,
                    ordinal: entry.ordinal,
                    details: details(of: entry, due: due, in: queue)
                )
            } else if isJournaled {
                log.addReference(to: log[place.slot])
            }
            self.place(entry, due: due, in: queue)
        }
        return isJournaled
    }

    private func makeEntry(
        of arrival: Arrival,
        at place: LogPlace,
        for queue: Queue
    ) -> QueueEntry {
        let settings = queue.settings
        let lifetime = [settings.messageTTL, expiration(of: arrival)].compactMap { $0 }.min()
        let start = max(now.milliseconds, arrival.due.at)
        return QueueEntry(
            ordinal: queue.takeOrdinal(),
            deadline: lifetime.map { start.addingClamping($0) } ?? QueueEntry.noDeadline,
            slot: place.slot,
            offset: place.offset,
            bodyLength: UInt32(truncatingIfNeeded: arrival.publishing.body.count),
            priority: min(arrival.summary.priority ?? settings.defaultPriority, settings.highestPriority)
        )
    }

    /// The message's own time to live. It has been checked.
    private func expiration(of arrival: Arrival) -> UInt64? {
        guard let range = arrival.summary.expiration else { return nil }
        let text = arrival.publishing.properties[range]
        return text.reduce(0) { ($0 &* 10) &+ UInt64($1 &- UInt8(ascii: "0")) }
    }

    private func details(of entry: QueueEntry, due: DueTime, in queue: Queue) -> ReferenceDetails? {
        let priority = entry.priority == queue.settings.defaultPriority ? nil : entry.priority
        guard due.at != 0 || entry.deadline != QueueEntry.noDeadline || priority != nil else { return nil }
        return ReferenceDetails(deadline: entry.deadline, dueAt: due.at, priority: priority, repeats: due.repeats)
    }

    private mutating func place(_ entry: QueueEntry, due: DueTime, in queue: Queue) {
        if due.at > 0 || due.repeats {
            queue.delayed.insert(DelayedMessage(dueAt: due.at, entry: entry, isRetry: false, repeats: due.repeats))
        } else {
            queue.ready.append(entry)
        }
        schedule(queue)
    }

    // MARK: Length limits

    /// What is too much leaves at the front, once the consumers have had their turn.
    mutating func enforceLengthLimit(of queue: Queue) {
        guard queue.settings.overflow == .dropHead, queue.isFull(adding: 0, count: 0) else { return }
        deliver(from: queue)
        while queue.ready.first != nil, queue.isFull(adding: 0, count: 0) {
            bury(queue.ready.removeFirst(), of: queue, because: .maxlen)
        }
        // What is to leave next may have to be read back first.
        if queue.isFull(adding: 0, count: 0) { requestNextPage(of: queue) }
    }
}
