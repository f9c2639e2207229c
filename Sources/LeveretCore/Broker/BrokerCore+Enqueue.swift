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
    /// Puts a message into queues, each with its own rules, and sees to its confirm.
    mutating func enqueue(_ arrival: Arrival, to queues: [Queue], in virtualHost: VirtualHost) {
        var isRefused = false
        let accepting = queues.filter { queue in
            switch admit(arrival, to: queue, in: virtualHost) {
            case .accepted: return true
            case .duplicate: return false
            case .refused:
                isRefused = true
                return false
            }
        }
        let isJournaled = store(arrival, in: accepting, ticket: isRefused ? nil : arrival.ticket)
        if let ticket = arrival.ticket {
            if isRefused {
                gate.refuse(ticket)
            } else if isJournaled {
                gate.wait(ticket.ledger)
            } else {
                gate.resolve(ticket)
            }
        }
        for queue in accepting where queue.settings.hasLengthLimit { enforceLengthLimit(of: queue) }
    }

    // MARK: Admission

    private enum Admission {
        case accepted
        case duplicate
        case refused
    }

    private mutating func admit(_ arrival: Arrival, to queue: Queue, in virtualHost: VirtualHost) -> Admission {
        guard !queue.isDeleted else { return .duplicate }
        if !arrival.isCopy, let settings = queue.settings.deduplication,
            !remember(arrival.publishing, arrival.summary, settings, in: &queue.deduplication)
        {
            return .duplicate
        }
        guard queue.settings.overflow != .dropHead, queue.settings.hasLengthLimit else { return .accepted }
        let size = arrival.publishing.body.count
        guard queue.isFull(adding: size, count: 1) else { return .accepted }
        // Consumers that wait may make room.
        deliver(from: queue)
        guard queue.isFull(adding: size, count: 1) else { return .accepted }
        if queue.settings.overflow == .rejectPublishDeadLetter {
            deadLetter(DeadMessage(arrival), of: queue, because: .maxlen, in: virtualHost)
        }
        return .refused
    }

    /// Notes a message in a window. `false` if the window remembers one like it.
    mutating func remember(
        _ publishing: PublishingView,
        _ summary: PropertiesSummary,
        _ settings: DeduplicationSettings,
        in window: inout DeduplicationWindow
    ) -> Bool {
        guard let range = summary.headers,
            let headers = try? FieldTable(encoded: UnsafeRawBufferPointer(rebasing: publishing.properties[range])),
            let value = headers[settings.header], let key = value.deduplicationKey
        else { return true }
        guard !window.contains(key, at: now.milliseconds) else {
            counters.deduplicated += 1
            return false
        }
        let changes = window.remember(
            key,
            lifetime: headers["x-cache-ttl"]?.integer.map { UInt64(clamping: $0) } ?? settings.lifetime,
            capacity: settings.capacity,
            at: now.milliseconds
        )
        if window.scope != nil, isDurable { deduplicationChanges += changes }
        return true
    }

    // MARK: Storing

    /// Writes the message into the log once, and an entry into each queue. Whether a confirm has to wait for the
    /// journal.
    private mutating func store(_ arrival: Arrival, in queues: [Queue], ticket: ConfirmTicket?) -> Bool {
        guard !queues.isEmpty else { return false }
        let journaledCount = queues.count(where: \.isJournaled)
        let isJournaled = arrival.summary.isPersistent && journaledCount > 0
        let (segment, offset) =
            isJournaled
            ? log.appendDurable(arrival.publishing, ticket: ticket, references: journaledCount)
            : log.appendVolatile(arrival.publishing)
        for queue in queues {
            let entry = makeEntry(of: arrival, in: segment, at: offset, for: queue)
            if isJournaled, queue.isJournaled {
                log.addJournaledReference(
                    to: segment,
                    queue: queue.id,
                    ordinal: entry.ordinal,
                    details: details(of: entry, due: arrival.due, in: queue)
                )
            } else {
                log.addReference(to: segment)
            }
            place(entry, due: arrival.due, in: queue)
        }
        return isJournaled
    }

    private func makeEntry(
        of arrival: Arrival,
        in segment: Segment,
        at offset: UInt32,
        for queue: Queue
    ) -> QueueEntry {
        let settings = queue.settings
        let lifetime = [settings.messageTTL, expiration(of: arrival)].compactMap { $0 }.min()
        let start = max(now.milliseconds, arrival.due.at)
        return QueueEntry(
            ordinal: queue.takeOrdinal(),
            deadline: lifetime.map { start.addingClamping($0) } ?? QueueEntry.noDeadline,
            slot: segment.slot,
            offset: offset,
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
        if due.at > now.milliseconds || due.repeats {
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

extension FieldValue {
    /// The value as bytes that are the same for the same value; `nil` if there is no way to write it.
    var deduplicationKey: [UInt8]? {
        let value = integer.map(FieldValue.int64) ?? self
        var bytes: [UInt8] = []
        do {
            try FieldTable(entries: [FieldTable.Entry(key: "", value: value)]).encode(into: &bytes)
        } catch {
            return nil
        }
        return bytes
    }
}
