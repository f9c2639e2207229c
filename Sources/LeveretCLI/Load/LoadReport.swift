/// A load run's result, for people and for programs.
struct LoadReport {
    let result: LoadResult

    /// A few lines for people.
    var lines: [String] {
        var table = Table([.left(""), .left("")])
        if result.plan.producers > 0 { table.add(["published", published]) }
        if result.plan.confirmWindow > 0, result.plan.producers > 0 { table.add(["confirmed", confirmed]) }
        if result.plan.consumers > 0 { table.add(["received", received]) }
        if result.latencies.count > 0 { table.add(["latency", Self.percentiles(result.latencies)]) }
        if result.confirmLatencies.count > 0 {
            table.add(["confirm", Self.percentiles(result.confirmLatencies)])
        }
        if let broker = result.broker { table.add(["broker", Self.broker(broker, result)]) }
        table.add(["generator", Self.processor(result.perMessage(result.generatorMicroseconds))])
        return table.lines
    }

    private var published: String {
        let amount = "\(NumberText.counted(result.sent, "message")) of \(NumberText.counted(result.plan.size, "byte"))"
        return "\(amount) in \(Self.seconds(result.publishSeconds)): \(NumberText.fixed(result.publishRate))/s"
    }

    private var confirmed: String {
        let refused = result.refused > 0 ? ", \(NumberText.grouped(result.refused)) refused" : ""
        return "\(NumberText.grouped(result.confirmed))\(refused)"
    }

    private var received: String {
        var text = "\(NumberText.grouped(result.received)) in \(Self.seconds(result.consumeSeconds)): "
        text += "\(NumberText.fixed(result.consumeRate))/s"
        if result.redelivered > 0 { text += ", \(NumberText.grouped(result.redelivered)) redelivered" }
        if result.outOfOrder > 0 { text += ", \(NumberText.grouped(result.outOfOrder)) out of order" }
        if result.lost > 0 { text += ", \(NumberText.grouped(result.lost)) lost" }
        return text
    }

    private static func percentiles(_ histogram: LatencyHistogram) -> String {
        let shares: [(String, Double)] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)]
        let parts = shares.map { "\($0.0) \(NumberText.duration(nanoseconds: histogram.quantile($0.1)))" }
        return (parts + ["max \(NumberText.duration(nanoseconds: histogram.maximum))"]).joined(separator: ", ")
    }

    private static func broker(_ broker: LoadResult.BrokerShare, _ result: LoadResult) -> String {
        let share = processor(result.perMessage(broker.processorMicroseconds))
        let peak = NumberText.bytes(broker.peakResidentBytes)
        return "\(share), \(NumberText.bytes(broker.residentBytes)) resident (peak \(peak))"
    }

    private static func processor(_ microseconds: Double) -> String {
        "\(NumberText.fixed(microseconds, decimals: 2)) µs of processor time per message"
    }

    private static func seconds(_ value: Double) -> String { "\(NumberText.fixed(value, decimals: 2)) s" }
}

// MARK: - JSON

extension LoadReport {
    /// Everything in one object; durations in the unit that their names end with.
    var json: JSONValue {
        .object(
            planMembers + countMembers + latencyMembers("latency", result.latencies)
                + latencyMembers("confirm_latency", result.confirmLatencies) + processMembers
        )
    }

    private var planMembers: [JSONValue.Member] {
        let plan = result.plan
        return [
            .init(name: "producers", value: .integer(Int64(plan.producers))),
            .init(name: "consumers", value: .integer(Int64(plan.consumers))),
            .init(name: "queues", value: .integer(Int64(plan.queues))),
            .init(name: "size_bytes", value: .integer(Int64(plan.size))),
            .init(name: "durable", value: .boolean(plan.durable)),
            .init(name: "persistent", value: .boolean(plan.persistent)),
            .init(name: "confirm_window", value: .integer(Int64(plan.confirmWindow))),
            .init(name: "prefetch", value: .integer(Int64(plan.prefetch))),
            .init(name: "ack_every", value: .integer(Int64(plan.acknowledgeEvery))),
            .init(name: "rate_limit_per_second", value: plan.rate.map { .number($0) } ?? .null),
        ]
    }

    private var countMembers: [JSONValue.Member] {
        [
            .init(name: "sent", value: .unsigned(result.sent)),
            .init(name: "confirmed", value: .unsigned(result.confirmed)),
            .init(name: "refused", value: .unsigned(result.refused)),
            .init(name: "received", value: .unsigned(result.received)),
            .init(name: "redelivered", value: .unsigned(result.redelivered)),
            .init(name: "out_of_order", value: .unsigned(result.outOfOrder)),
            .init(name: "lost", value: .unsigned(result.lost)),
            .init(name: "publish_seconds", value: .number(result.publishSeconds)),
            .init(name: "publish_rate_per_second", value: .number(result.publishRate.rounded())),
            .init(name: "consume_seconds", value: .number(result.consumeSeconds)),
            .init(name: "consume_rate_per_second", value: .number(result.consumeRate.rounded())),
        ]
    }

    private func latencyMembers(_ name: String, _ histogram: LatencyHistogram) -> [JSONValue.Member] {
        guard histogram.count > 0 else { return [] }
        let microseconds = { (value: UInt64) in JSONValue.number(Double(value) / 1000) }
        return [
            .init(
                name: "\(name)_us",
                value: [
                    "p50": microseconds(histogram.quantile(0.5)),
                    "p95": microseconds(histogram.quantile(0.95)),
                    "p99": microseconds(histogram.quantile(0.99)),
                    "p999": microseconds(histogram.quantile(0.999)),
                    "max": microseconds(histogram.maximum),
                ]
            )
        ]
    }

    private var processMembers: [JSONValue.Member] {
        let generator = result.perMessage(result.generatorMicroseconds)
        var members: [JSONValue.Member] = [
            .init(name: "generator_cpu_us_per_message", value: .number(generator))
        ]
        if let broker = result.broker {
            let share = result.perMessage(broker.processorMicroseconds)
            members += [
                .init(name: "broker_cpu_us_per_message", value: .number(share)),
                .init(name: "broker_cpu_us", value: .unsigned(broker.processorMicroseconds)),
                .init(name: "broker_resident_bytes", value: .unsigned(broker.residentBytes)),
                .init(name: "broker_peak_resident_bytes", value: .unsigned(broker.peakResidentBytes)),
            ]
        }
        return members
    }
}
