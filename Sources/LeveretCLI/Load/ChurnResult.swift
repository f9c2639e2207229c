/// What short-lived clients cost.
struct ChurnResult {
    let cycles: UInt64
    let seconds: Double
    /// From connecting to the answer to closing; in nanoseconds.
    let latencies: LatencyHistogram
    let broker: LoadResult.BrokerShare?

    var rate: Double { seconds > 0 ? Double(cycles) / seconds : 0 }
}
