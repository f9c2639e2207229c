/// A load run's result, for people and for programs.
struct LoadReport {
    let result: LoadResult

    /// A few lines for people.
    var lines: [String] {
        var table = Table([.left(""), .left("")])
        if result.plan.producers > 0 { table.add(["published", published]) }
        if result.plan.confirmWindow > 0, result.plan.producers > 0 { table.add(["confirmed", confirmed]) }
        if result.plan.consumers > 0 { table.add(["received", received]) }
        if result.lost + result.surplus + result.outOfOrder > 0 { table.add(["wrong", faults]) }
        if result.latencies.count > 0 { table.add(["latency", LoadFigures.percentiles(result.latencies)]) }
        if result.confirmLatencies.count > 0 {
            table.add(["confirm", LoadFigures.percentiles(result.confirmLatencies)])
        }
        if let broker = result.broker {
            let share = processor(broker.processorMicroseconds)
            table.add(["broker", "\(share), \(LoadFigures.memory(broker))"])
        }
        table.add(["generator", processor(result.generatorMicroseconds)])
        return table.lines
    }

    private var published: String {
        let sizes = result.plan.sizes.map { NumberText.grouped($0) }.joined(separator: " or ")
        let unit = result.plan.sizes == [1] ? "byte" : "bytes"
        let amount = "\(NumberText.counted(result.sent, "message")) of \(sizes) \(unit)"
        return "\(amount) in \(LoadFigures.seconds(result.publishSeconds)): \(NumberText.fixed(result.publishRate))/s"
    }

    private var confirmed: String {
        var text = NumberText.grouped(result.confirmed)
        if result.refused > 0 { text += ", \(NumberText.grouped(result.refused)) refused" }
        if result.unconfirmed > 0 { text += ", \(NumberText.grouped(result.unconfirmed)) without an answer" }
        return text
    }

    private var received: String {
        var text = "\(NumberText.grouped(result.received)) in \(LoadFigures.seconds(result.consumeSeconds)): "
        text += "\(NumberText.fixed(result.consumeRate))/s"
        if result.redelivered > 0 { text += ", \(NumberText.grouped(result.redelivered)) redelivered" }
        return text
    }

    private var faults: String {
        let counts = [(result.lost, "lost"), (result.surplus, "too many"), (result.outOfOrder, "out of order")]
        return counts.filter { $0.0 > 0 }.map { "\(NumberText.grouped($0.0)) \($0.1)" }.joined(separator: ", ")
    }

    private func processor(_ microseconds: UInt64) -> String {
        LoadFigures.processor(result.perMessage(microseconds), per: "message")
    }
}

// MARK: - JSON

extension LoadReport {
    /// Everything in one object; durations in the unit that their names end with.
    var json: JSONValue {
        .object(
            planMembers + countMembers + LoadFigures.members("latency", result.latencies)
                + LoadFigures.members("confirm_latency", result.confirmLatencies) + processMembers
        )
    }

    private var planMembers: [JSONValue.Member] {
        let plan = result.plan
        return [
            .init(name: "producers", value: .integer(Int64(plan.producers))),
            .init(name: "consumers", value: .integer(Int64(plan.consumers))),
            .init(name: "queues", value: .integer(Int64(plan.queues))),
            .init(name: "fanout", value: .boolean(plan.route == .fanout)),
            .init(name: "sizes_bytes", value: .array(plan.sizes.map { .integer(Int64($0)) })),
            .init(name: "durable", value: .boolean(plan.durable)),
            .init(name: "persistent", value: .boolean(plan.persistent)),
            .init(name: "confirm_window", value: .integer(Int64(plan.confirmWindow))),
            .init(name: "prefetch", value: .integer(Int64(plan.prefetch))),
            .init(name: "ack_every", value: .integer(Int64(plan.acknowledgeEvery))),
            .init(name: "rate_limit_per_second", value: plan.rate.map { .number($0) } ?? .null),
            .init(name: "consumer_rate_limit_per_second", value: plan.consumerRate.map { .number($0) } ?? .null),
            .init(name: "warm_up_seconds", value: .number(plan.warmUpSeconds)),
        ]
    }

    private var countMembers: [JSONValue.Member] {
        [
            .init(name: "sound", value: .boolean(result.isSound)),
            .init(name: "sent", value: .unsigned(result.sent)),
            .init(name: "confirmed", value: .unsigned(result.confirmed)),
            .init(name: "refused", value: .unsigned(result.refused)),
            .init(name: "unconfirmed", value: .unsigned(result.unconfirmed)),
            .init(name: "received", value: .unsigned(result.received)),
            .init(name: "redelivered", value: .unsigned(result.redelivered)),
            .init(name: "out_of_order", value: .unsigned(result.outOfOrder)),
            .init(name: "lost", value: .unsigned(result.lost)),
            .init(name: "surplus", value: .unsigned(result.surplus)),
            .init(name: "publish_seconds", value: .number(result.publishSeconds)),
            .init(name: "publish_rate_per_second", value: .number(result.publishRate.rounded())),
            .init(name: "consume_seconds", value: .number(result.consumeSeconds)),
            .init(name: "consume_rate_per_second", value: .number(result.consumeRate.rounded())),
        ]
    }

    private var processMembers: [JSONValue.Member] {
        let generator = result.perMessage(result.generatorMicroseconds)
        let own = JSONValue.Member(name: "generator_cpu_us_per_message", value: .number(generator))
        let broker = result.broker.map { LoadFigures.members($0, per: "message", count: result.messages) }
        return [own] + (broker ?? [])
    }
}
