/// The result of short-lived clients, for people and for programs.
struct ChurnReport {
    let result: ChurnResult

    var lines: [String] {
        var table = Table([.left(""), .left("")])
        let rate = "\(LoadFigures.seconds(result.seconds)): \(NumberText.fixed(result.rate))/s"
        table.add(["completed", "\(NumberText.counted(result.cycles, "cycle")) in \(rate)"])
        table.add(["latency", LoadFigures.percentiles(result.latencies)])
        if let broker = result.broker {
            let each = Double(broker.processorMicroseconds) / Double(max(1, result.cycles))
            table.add(["broker", "\(LoadFigures.processor(each, per: "cycle")), \(LoadFigures.memory(broker))"])
        }
        return table.lines
    }

    var json: JSONValue {
        let counts: [JSONValue.Member] = [
            .init(name: "cycles", value: .unsigned(result.cycles)),
            .init(name: "seconds", value: .number(result.seconds)),
            .init(name: "cycle_rate_per_second", value: .number(result.rate.rounded())),
        ]
        let broker = result.broker.map { LoadFigures.members($0, per: "cycle", count: result.cycles) }
        return .object(counts + LoadFigures.members("cycle_latency", result.latencies) + (broker ?? []))
    }
}
