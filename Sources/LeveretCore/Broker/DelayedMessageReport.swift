/// A message that waits for its time, as operators see it.
package struct DelayedMessageReport: Sendable, Hashable {
    /// What the message is called in its queue while it waits.
    package var number: UInt64
    package var dueAt: BrokerTime
    /// Bytes of the body.
    package var size: Int
    /// How often it came back; 0 for a message that its publisher has delayed.
    package var returns: Int
    /// Whether copies of it are delivered while it waits on.
    package var repeats: Bool
}

extension BrokerCore {
    /// The delayed messages of a queue, those due next first, at most so many; `nil` if there is no such queue.
    package func delayedMessages(of name: String, in virtualHost: String, limit: Int) -> [DelayedMessageReport]? {
        guard let queue = virtualHosts[virtualHost]?.queues[name] else { return nil }
        return queue.delayed.all.prefix(limit).map { message in
            DelayedMessageReport(
                number: message.entry.ordinal,
                dueAt: BrokerTime(milliseconds: message.dueAt),
                size: Int(message.entry.bodyLength),
                returns: Int(queue.histories[message.entry.ordinal]?.returns ?? 0),
                repeats: message.repeats
            )
        }
    }

    /// Whether the queue has a delayed message of that number.
    package func hasDelayedMessage(_ number: UInt64, in queue: String, of virtualHost: String) -> Bool {
        virtualHosts[virtualHost]?.queues[queue]?.delayed.contains(number) ?? false
    }

    /// When what is done now is durable.
    package var positionOfChanges: JournalPosition { isDurable ? gate.openPosition : gate.committedPosition }

    /// Drops a delayed message before its time. One that is not there any more is none to drop.
    mutating func cancelDelayed(_ number: UInt64, of name: String, in virtualHost: String) {
        guard let queue = virtualHosts[virtualHost]?.queues[name], let message = queue.delayed.remove(number) else {
            return
        }
        settle(message.entry, of: queue)
        if isDurable { gate.awaitOpenPosition() }
    }
}
