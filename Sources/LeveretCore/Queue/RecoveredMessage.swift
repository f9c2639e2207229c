/// A message as the journal's index, and what has changed since, say that it is.
struct RecoveredMessage {
    let entry: QueueEntry
    let history: MessageHistory?
    /// When it may be delivered, in milliseconds since 1970; 0 is at once.
    let dueAt: UInt64
    let repeats: Bool

    init(_ item: SegmentIndex.Item, _ update: MessageUpdate?, in segment: Segment, of queue: Queue) {
        let ordinal = update?.ordinal ?? item.ordinal
        let history = MessageHistory(
            writtenOrdinal: item.ordinal,
            failures: update?.failures ?? item.details.failures,
            returns: update?.returns ?? item.details.returns
        )
        let hasHistory = history.returns > 0 || ordinal != item.ordinal
        dueAt = update?.dueAt ?? item.details.dueAt
        repeats = item.details.repeats
        // What its publisher has delayed has not been delivered yet, whatever was delivered around it.
        let isDelayedByPublisher = dueAt > 0 && history.returns == 0
        var entry = QueueEntry(
            ordinal: ordinal,
            deadline: item.details.deadline,
            slot: segment.slot,
            offset: item.offset,
            bodyLength: item.bodyLength,
            priority: item.details.priority ?? queue.settings.defaultPriority,
            isRedelivered: !isDelayedByPublisher && (ordinal <= queue.deliveredThrough || history.returns > 0)
        )
        entry.hasHistory = hasHistory
        self.entry = entry
        self.history = hasHistory ? history : nil
    }
}

extension Queue {
    /// Takes a message that the journal holds. They come by the place at which they were written.
    func take(_ message: RecoveredMessage) {
        if let history = message.history { histories[message.entry.ordinal] = history }
        if message.dueAt > 0 {
            let isRetry = message.history.map { $0.returns > 0 } ?? false
            ready.expect(message.entry)
            delayed.insert(
                DelayedMessage(
                    dueAt: message.dueAt,
                    entry: message.entry,
                    isRetry: isRetry,
                    repeats: message.repeats
                )
            )
            return
        }
        guard message.history == nil, message.entry.ordinal > lastRecoveredOrdinal else {
            unorderedMessages.append(message.entry)
            return
        }
        lastRecoveredOrdinal = message.entry.ordinal
        ready.append(message.entry)
    }

    /// Takes a run of messages that the journal holds.
    func take(_ entries: StoredEntries) {
        guard entries.first > lastRecoveredOrdinal else {
            unorderedRuns.append(entries)
            return
        }
        lastRecoveredOrdinal = entries.last
        ready.append(entries)
    }

    /// All messages have come: those set aside get their places. Those behind came before, and did not know of them.
    func takeUnorderedMessages() {
        let entries = unorderedMessages.sorted { $0.ordinal < $1.ordinal }
        let runs = unorderedRuns
        (unorderedMessages, unorderedRuns) = ([], [])
        for run in runs { ready.insert(run) }
        for entry in entries { ready.restore(entry) }
        let expected = delayed.all.filter(\.isRetry).map(\.entry)
        ready.noteDeadlines(
            behindAnyOf: runs.map { ($0.priority, $0.first) } + (entries + expected).map { ($0.priority, $0.ordinal) }
        )
    }
}

/// What has changed of the messages of a recovered segment.
struct UpdatedMessages {
    private struct Place: Hashable {
        let queue: QueueID
        let ordinal: UInt64
    }

    private var updates: [Place: MessageUpdate] = [:]

    init(_ updates: [MessageUpdate]) {
        for update in updates { self.updates[Place(queue: update.queue, ordinal: update.writtenOrdinal)] = update }
    }

    func update(of item: SegmentIndex.Item) -> MessageUpdate? {
        updates.isEmpty ? nil : updates[Place(queue: item.queue, ordinal: item.ordinal)]
    }
}
