/// The result of several runs, for people and for programs.
struct MixReport {
    let result: MixResult
    /// What each run was asked to do.
    let titles: [String]

    var lines: [String] {
        let runs = zip(titles, result.results).flatMap { title, result in
            ["\(title):"] + LoadReport(result: result).lines.map { "  " + $0 }
        }
        guard let broker = result.broker else { return runs }
        let each = Double(broker.processorMicroseconds) / Double(max(1, result.messages))
        return runs + ["broker: \(LoadFigures.processor(each, per: "message")), \(LoadFigures.memory(broker))"]
    }

    var json: JSONValue {
        let runs = JSONValue.Member(name: "runs", value: .array(result.results.map { LoadReport(result: $0).json }))
        let broker = result.broker.map { LoadFigures.members($0, per: "message", count: result.messages) }
        return .object([.init(name: "sound", value: .boolean(result.isSound)), runs] + (broker ?? []))
    }
}
