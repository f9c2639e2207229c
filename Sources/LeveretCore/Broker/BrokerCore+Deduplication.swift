import LeveretModel

// Messages that were there before

/// What tells a message from others, for a queue or an exchange that drops a second one of the same kind.
struct DeduplicationMark {
    let key: [UInt8]
    /// How long it is remembered, in milliseconds; `nil` is until there are too many others.
    let lifetime: UInt64?
    /// How many are remembered.
    let capacity: Int
}

extension BrokerCore {
    /// `nil` for a message that brings nothing to be told by.
    func deduplicationMark(
        of publishing: PublishingView,
        _ summary: PropertiesSummary,
        _ settings: DeduplicationSettings
    ) -> DeduplicationMark? {
        guard let range = summary.headers,
            let headers = try? FieldTable(encoded: UnsafeRawBufferPointer(rebasing: publishing.properties[range])),
            let value = headers[settings.header], let key = value.deduplicationKey
        else { return nil }
        return DeduplicationMark(
            key: key,
            lifetime: headers["x-cache-ttl"]?.integer.map { UInt64(clamping: $0) } ?? settings.lifetime,
            capacity: settings.capacity
        )
    }

    /// If the window remembers a message like it: with which position that one is durable.
    mutating func positionOfLike(_ mark: DeduplicationMark, in window: DeduplicationWindow) -> JournalPosition? {
        guard let position = window.position(of: mark.key, at: now.milliseconds) else { return nil }
        counters.deduplicated += 1
        return position
    }

    /// An exchange that does not survive a restart may still have sent the message to a queue that does.
    mutating func remember(_ mark: DeduplicationMark, in exchange: Exchange) {
        remember(mark, in: &exchange.deduplication, position: isDurable ? gate.openPosition : gate.committedPosition)
    }

    mutating func remember(_ mark: DeduplicationMark, in queue: Queue) {
        let keepsMessages = isDurable && queue.deduplication.scope != nil
        remember(mark, in: &queue.deduplication, position: keepsMessages ? gate.openPosition : gate.committedPosition)
    }

    private mutating func remember(
        _ mark: DeduplicationMark,
        in window: inout DeduplicationWindow,
        position: JournalPosition
    ) {
        let changes = window.remember(
            mark.key,
            lifetime: mark.lifetime,
            capacity: mark.capacity,
            at: now.milliseconds,
            position: position
        )
        if window.scope != nil, isDurable { deduplicationChanges += changes }
    }

    /// Whether the confirm of a message that is not kept, because one like it is, has to wait until that one is
    /// durable: else a crash could lose both.
    func mustAwait(_ position: JournalPosition, _ summary: PropertiesSummary) -> Bool {
        summary.isPersistent && !gate.isDurable(position)
    }

    /// The latest publishing of a channel is confirmed when everything up to now is durable.
    mutating func awaitNextBatch(_ ticket: ConfirmTicket) {
        gate.wait(ticket.ledger)
        gate.awaitOpenPosition()
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
