import LeveretModel

// Messages that are delivered again and again: what waits is the original, what is delivered are copies

extension BrokerCore {
    /// A repeated message is due: a copy goes to the end of its queue, and it waits for its next time. Both are in one
    /// batch of the journal, so that a crash neither loses nor doubles a copy.
    mutating func repeatMessage(_ entry: QueueEntry, _ record: Record, dueAt: UInt64, in queue: Queue) {
        guard let virtualHost = queue.virtualHost,
            let summary = try? PropertiesSummary(scanning: record.properties), let range = summary.headers,
            let headers = try? FieldTable(encoded: UnsafeRawBufferPointer(rebasing: record.properties[range])),
            let repetition = try? Repetition(headers)
        else { return settle(entry, of: queue) }
        rearm(entry, at: repetition.next(after: dueAt, now: now.milliseconds), in: queue)
        deliverCopy(of: record, headers, to: queue, in: virtualHost)
    }

    private mutating func rearm(_ entry: QueueEntry, at dueAt: UInt64, in queue: Queue) {
        var entry = entry
        var history = queue.histories[entry.ordinal] ?? MessageHistory(writtenOrdinal: entry.ordinal)
        log.noteUpdate(entry, from: entry.ordinal, of: queue, history: &history, dueAt: dueAt)
        entry.hasHistory = true
        queue.histories[entry.ordinal] = history
        queue.delayed.insert(DelayedMessage(dueAt: dueAt, entry: entry, isRetry: false, repeats: true))
    }

    private mutating func deliverCopy(
        of record: Record,
        _ headers: FieldTable,
        to queue: Queue,
        in virtualHost: VirtualHost
    ) {
        let dropped = DueTime.headers.map(\.description)
        let kept = FieldTable(entries: headers.entries.filter { !dropped.contains($0.key) })
        var edit = PropertiesEdit()
        edit.headers = kept.isEmpty ? .remove : .set(kept)
        var properties: [UInt8] = []
        do throws(EncodingError) {
            try edit.apply(to: record.properties, into: &properties)
        } catch {
            return
        }
        properties.withUnsafeBytes { properties in
            guard let summary = try? PropertiesSummary(scanning: properties) else { return }
            let publishing = PublishingView(
                address: record.address,
                properties: properties,
                body: record.body,
                mandatory: false
            )
            var arrival = Arrival(publishing: publishing, summary: summary)
            arrival.isCopy = true
            enqueue(arrival, to: [queue], in: virtualHost)
        }
    }
}
