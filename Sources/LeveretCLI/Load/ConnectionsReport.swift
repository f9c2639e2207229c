/// The result of many connections, for people and for programs.
struct ConnectionsReport {
    let result: ConnectionsResult

    var lines: [String] {
        var table = Table([.left(""), .left("")])
        let rate = "\(LoadFigures.seconds(result.openSeconds)): \(NumberText.fixed(result.rate))/s"
        table.add(["opened", "\(NumberText.counted(result.opened, "connection")) in \(rate)"])
        table.add(["alive", NumberText.grouped(result.alive)])
        table.add(["latency", LoadFigures.percentiles(result.latencies)])
        if let broker = result.broker {
            let memory = [broker.before, broker.opened, broker.held].map { NumberText.bytes($0.residentBytes) }
            table.add(["memory", "\(memory[0]) before, \(memory[1]) opened, \(memory[2]) held"])
            table.add(["each", "\(NumberText.bytes(bytesEach(broker))), \(openingCost(broker))"])
            table.add(["holding", "\(NumberText.fixed(idleSeconds(broker), decimals: 2)) s of processor time"])
        }
        return table.lines
    }

    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "sound", value: .boolean(result.isSound)),
            .init(name: "opened", value: .integer(Int64(result.opened))),
            .init(name: "alive", value: .integer(Int64(result.alive))),
            .init(name: "open_seconds", value: .number(result.openSeconds)),
            .init(name: "open_rate_per_second", value: .number(result.rate.rounded())),
        ]
        members += LoadFigures.members("open_latency", result.latencies)
        if let broker = result.broker {
            members += [
                .init(name: "broker_resident_bytes_before", value: .unsigned(broker.before.residentBytes)),
                .init(name: "broker_resident_bytes_opened", value: .unsigned(broker.opened.residentBytes)),
                .init(name: "broker_resident_bytes_held", value: .unsigned(broker.held.residentBytes)),
                .init(name: "broker_bytes_per_connection", value: .unsigned(bytesEach(broker))),
                .init(name: "broker_cpu_us_per_connection", value: .number(microsecondsEach(broker))),
                .init(name: "broker_hold_cpu_seconds", value: .number(idleSeconds(broker))),
            ]
        }
        return .object(members)
    }

    private func bytesEach(_ broker: ConnectionsResult.Broker) -> UInt64 {
        let (before, held) = (broker.before.residentBytes, broker.held.residentBytes)
        return (held - min(before, held)) / UInt64(max(1, result.opened))
    }

    private func microsecondsEach(_ broker: ConnectionsResult.Broker) -> Double {
        let used = broker.opened.processorMicroseconds - broker.before.processorMicroseconds
        return Double(used) / Double(max(1, result.opened))
    }

    private func openingCost(_ broker: ConnectionsResult.Broker) -> String {
        LoadFigures.processor(microsecondsEach(broker), per: "opening")
    }

    private func idleSeconds(_ broker: ConnectionsResult.Broker) -> Double {
        Double(broker.held.processorMicroseconds - broker.opened.processorMicroseconds) / 1_000_000
    }
}
