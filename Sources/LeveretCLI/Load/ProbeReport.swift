/// The result of a probe, for people and for programs.
struct ProbeReport {
    let result: ProbeResult

    var lines: [String] {
        var table = Table([.left(""), .left("")])
        table.add(["accepting", "after \(NumberText.fixed(result.acceptedAfter, decimals: 3)) s"])
        let ready = "after \(NumberText.fixed(result.readyAfter, decimals: 3)) s"
        table.add(["ready", "\(ready), with \(NumberText.counted(result.depth, "message"))"])
        if let broker = result.broker {
            let seconds = NumberText.fixed(Double(broker.processorMicroseconds) / 1_000_000, decimals: 2)
            let memory = "\(NumberText.bytes(broker.residentBytes)) resident"
            let peak = "peak \(NumberText.bytes(broker.peakResidentBytes))"
            table.add(["broker", "\(seconds) s of processor time since its start, \(memory) (\(peak))"])
        }
        return table.lines
    }

    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "since", value: .number(result.since)),
            .init(name: "accepting_seconds", value: .number(result.acceptedAfter)),
            .init(name: "ready_seconds", value: .number(result.readyAfter)),
            .init(name: "depth", value: .unsigned(result.depth)),
        ]
        if let broker = result.broker {
            members += [
                .init(name: "broker_cpu_us", value: .unsigned(broker.processorMicroseconds)),
                .init(name: "broker_resident_bytes", value: .unsigned(broker.residentBytes)),
                .init(name: "broker_peak_resident_bytes", value: .unsigned(broker.peakResidentBytes)),
            ]
        }
        return .object(members)
    }
}
