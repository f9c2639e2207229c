/// What a load run measured.
struct LoadResult {
    /// What the run cost the broker.
    struct BrokerShare {
        var processorMicroseconds: UInt64
        var residentBytes: UInt64
        var peakResidentBytes: UInt64

        init(_ before: ProcessFigures, _ after: ProcessFigures) {
            processorMicroseconds =
                after.processorMicroseconds - min(before.processorMicroseconds, after.processorMicroseconds)
            residentBytes = after.residentBytes
            peakResidentBytes = after.peakResidentBytes
        }
    }

    let plan: LoadPlan
    let sent: UInt64
    let confirmed: UInt64
    let refused: UInt64
    let received: UInt64
    let redelivered: UInt64
    let outOfOrder: UInt64
    /// Messages that were published, or lay in the queues, and did not come.
    var lost: UInt64 = 0
    /// Messages that came, or lie in the queues, although nobody published them.
    var surplus: UInt64 = 0
    let isInterrupted: Bool
    /// What was sent and received after the warm-up.
    let measuredSent: UInt64
    let measuredReceived: UInt64
    /// From the end of the warm-up until the broker had taken the last message.
    let publishSeconds: Double
    /// From the end of the warm-up until the last delivery.
    let consumeSeconds: Double
    /// From publishing, or the moment when that was due, to delivery; in nanoseconds.
    let latencies: LatencyHistogram
    /// From publishing, or the moment when that was due, to the broker's confirm; in nanoseconds.
    let confirmLatencies: LatencyHistogram
    let generatorMicroseconds: UInt64
    let broker: BrokerShare?

    init(
        _ plan: LoadPlan,
        _ progress: LoadProgress,
        producers: [LoadProducer],
        consumers: [LoadConsumer],
        from measured: LoadSnapshot,
        to end: LoadSnapshot
    ) {
        self.plan = plan
        sent = progress.sent
        confirmed = progress.confirmed
        refused = progress.refused
        received = progress.received
        redelivered = consumers.reduce(0) { $0 + $1.outcome.redelivered }
        outOfOrder = consumers.reduce(0) { $0 + $1.outcome.outOfOrder }
        isInterrupted = progress.isInterrupted
        measuredSent = end.sent - measured.sent
        measuredReceived = end.received - measured.received
        publishSeconds = Self.seconds(from: measured.time, to: producers.map(\.endedAt).max())
        consumeSeconds = Self.seconds(from: measured.time, to: consumers.map(\.lastDeliveryAt).max())
        latencies = consumers.reduce(into: LatencyHistogram()) { $0.merge($1.outcome.latencies) }
        confirmLatencies = producers.reduce(into: LatencyHistogram()) { $0.merge($1.confirms.latencies) }
        generatorMicroseconds = end.generatorMicroseconds - measured.generatorMicroseconds
        broker = measured.broker.flatMap { before in end.broker.map { BrokerShare(before, $0) } }
        if let expected = progress.expected, plan.consumers > 0, !isInterrupted {
            lost = expected - min(received, expected)
            surplus = received - min(received, expected)
        }
    }

    private static func seconds(from start: UInt64, to end: UInt64?) -> Double {
        guard let end, end > start else { return 0 }
        return Double(end - start) / 1_000_000_000
    }
}

extension LoadResult {
    /// The messages that the figures per message are divided by.
    var messages: UInt64 { plan.consumers > 0 ? measuredReceived : measuredSent }

    var publishRate: Double { publishSeconds > 0 ? Double(measuredSent) / publishSeconds : 0 }

    var consumeRate: Double { consumeSeconds > 0 ? Double(measuredReceived) / consumeSeconds : 0 }

    /// Publishings that the broker has neither confirmed nor refused.
    var unconfirmed: UInt64 {
        plan.confirmWindow > 0 && !isInterrupted ? sent - min(sent, confirmed + refused) : 0
    }

    /// Whether every message was confirmed and came once, in order.
    var isSound: Bool { lost == 0 && surplus == 0 && refused == 0 && unconfirmed == 0 && outOfOrder == 0 }

    func perMessage(_ microseconds: UInt64) -> Double {
        messages > 0 ? Double(microseconds) / Double(messages) : 0
    }
}
