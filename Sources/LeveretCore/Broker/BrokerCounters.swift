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

    package init() {}
}
