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
    let isInterrupted: Bool
    /// From the start until the broker had taken the last message.
    let publishSeconds: Double
    /// From the start until the last delivery.
    let consumeSeconds: Double
    /// From publishing, or the moment when that was due, to delivery; in nanoseconds.
    let latencies: LatencyHistogram
    /// From publishing to the broker's confirm; in nanoseconds.
    let confirmLatencies: LatencyHistogram
    var generatorMicroseconds: UInt64 = 0
    var broker: BrokerShare?

    init(
        _ plan: LoadPlan,
        _ progress: LoadProgress,
        producers: [LoadProducer],
        consumers: [LoadConsumer],
        start: UInt64
    ) {
        self.plan = plan
        sent = progress.sent
        confirmed = progress.confirmed
        refused = progress.refused
        received = progress.received
        redelivered = consumers.reduce(0) { $0 + $1.outcome.redelivered }
        outOfOrder = consumers.reduce(0) { $0 + $1.outcome.outOfOrder }
        isInterrupted = progress.isInterrupted
        publishSeconds = Self.seconds(from: start, to: producers.map(\.endedAt).max())
        consumeSeconds = Self.seconds(from: start, to: consumers.map(\.lastDeliveryAt).max())
        latencies = consumers.reduce(into: LatencyHistogram()) { $0.merge($1.outcome.latencies) }
        confirmLatencies = producers.reduce(into: LatencyHistogram()) { $0.merge($1.confirms.latencies) }
    }

    private static func seconds(from start: UInt64, to end: UInt64?) -> Double {
        guard let end, end > start else { return 0 }
        return Double(end - start) / 1_000_000_000
    }
}

extension LoadResult {
    /// The messages that the figures per message are divided by.
    var messages: UInt64 { plan.consumers > 0 ? received : sent }

    var publishRate: Double { publishSeconds > 0 ? Double(sent) / publishSeconds : 0 }

    var consumeRate: Double { consumeSeconds > 0 ? Double(received) / consumeSeconds : 0 }

    /// Messages that were published and never came, as far as somebody waited for them.
    var lost: UInt64 {
        guard plan.producers > 0, plan.consumers > 0, !plan.keepsQueues, !isInterrupted else { return 0 }
        let expected = sent - min(refused, sent)
        return expected - min(received, expected)
    }

    /// Whether every message was confirmed and came once, in order.
    var isSound: Bool { lost == 0 && refused == 0 && outOfOrder == 0 }

    func perMessage(_ microseconds: UInt64) -> Double {
        messages > 0 ? Double(microseconds) / Double(messages) : 0
    }
}
