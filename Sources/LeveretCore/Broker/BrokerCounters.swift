/// How often each thing has happened since the broker started.
package struct BrokerCounters: Sendable, Hashable {
    /// Messages that clients published.
    package internal(set) var published: UInt64 = 0
    /// Those that matched no queue.
    package internal(set) var unroutable: UInt64 = 0
    /// Messages sent to consumers and in answer to gets.
    package internal(set) var delivered: UInt64 = 0
    /// Those that may have been delivered before.
    package internal(set) var redelivered: UInt64 = 0
    /// Deliveries that were acknowledged, or refused without requeue.
    package internal(set) var acknowledged: UInt64 = 0
    /// Deliveries that went back into their queues.
    package internal(set) var requeued: UInt64 = 0

    /// Messages that went to a dead letter exchange.
    package internal(set) var deadLettered: UInt64 = 0
    /// Messages whose time to live was over.
    package internal(set) var expired: UInt64 = 0
    /// Messages that were dropped because their queue was full.
    package internal(set) var dropped: UInt64 = 0
    /// Publishings that were there before.
    package internal(set) var deduplicated: UInt64 = 0

    package init() {}

    mutating func note(_ reason: DeathReason) {
        switch reason {
        case .expired: expired += 1
        case .maxlen: dropped += 1
        case .rejected, .deliveryLimit: break
        }
    }
}
