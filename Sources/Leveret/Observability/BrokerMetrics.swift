import LeveretCore
package import Metrics

/// Counts what the broker does, for swift-metrics.
package final class BrokerMetrics: @unchecked Sendable {
    // Unchecked: `reported` is touched only by the driver, with its lock held.
    private let published: Counter
    private let unroutable: Counter
    private let delivered: Counter
    private let redelivered: Counter
    private let acknowledged: Counter
    private let requeued: Counter
    private let deadLettered: Counter
    private let expired: Counter
    private let dropped: Counter
    private let deduplicated: Counter
    private var reported = BrokerCounters()

    package init(factory: any MetricsFactory = MetricsSystem.factory) {
        published = Counter(label: "leveret_messages_published_total", factory: factory)
        unroutable = Counter(label: "leveret_messages_unroutable_total", factory: factory)
        delivered = Counter(label: "leveret_messages_delivered_total", factory: factory)
        redelivered = Counter(label: "leveret_messages_redelivered_total", factory: factory)
        acknowledged = Counter(label: "leveret_messages_acknowledged_total", factory: factory)
        requeued = Counter(label: "leveret_messages_requeued_total", factory: factory)
        deadLettered = Counter(label: "leveret_messages_dead_lettered_total", factory: factory)
        expired = Counter(label: "leveret_messages_expired_total", factory: factory)
        dropped = Counter(label: "leveret_messages_dropped_total", factory: factory)
        deduplicated = Counter(label: "leveret_messages_deduplicated_total", factory: factory)
    }

    /// Hands on what has been added since the last call.
    func report(_ counters: BrokerCounters) {
        guard counters != reported else { return }
        add(counters.published - reported.published, to: published)
        add(counters.unroutable - reported.unroutable, to: unroutable)
        add(counters.delivered - reported.delivered, to: delivered)
        add(counters.redelivered - reported.redelivered, to: redelivered)
        add(counters.acknowledged - reported.acknowledged, to: acknowledged)
        add(counters.requeued - reported.requeued, to: requeued)
        add(counters.deadLettered - reported.deadLettered, to: deadLettered)
        add(counters.expired - reported.expired, to: expired)
        add(counters.dropped - reported.dropped, to: dropped)
        add(counters.deduplicated - reported.deduplicated, to: deduplicated)
        reported = counters
    }

    private func add(_ count: UInt64, to counter: Counter) {
        if count > 0 { counter.increment(by: Int64(count)) }
    }
}
