/// The limits of a machine, for people and for programs.
struct MachineReport {
    let result: MachineResult

    var lines: [String] {
        var table = Table([
            .left(""), .right("p50 µs"), .right("p99 µs"), .right("per second"), .right("MB/s"),
            .right("messages of 1 KiB/s"),
        ])
        for writes in result.forcedWrites {
            let place = writes.isAppending ? "appended" : "over old bytes"
            table.add(
                ["write and fdatasync, \(writes.bytes >> 10) KiB \(place)"] + quantiles(writes.latencies) + [
                    NumberText.fixed(Double(writes.latencies.count) / max(writes.seconds, .leastNonzeroMagnitude)),
                    NumberText.fixed(writes.bytesPerSecond / 1_000_000, decimals: 1),
                    NumberText.fixed(writes.messagesPerSecond),
                ]
            )
        }
        table.add(["round trip of \(NumberText.bytes(RoundTripRun.bytes)), TCP"] + quantiles(result.roundTrips))
        table.add(
            ["the same, answered when \(ForcedAnswerRun.bytes >> 10) KiB are forced out"]
                + quantiles(result.forcedAnswers)
        )
        for relay in result.relays {
            let rate = NumberText.fixed(Double(relay.perSecond))
            table.add(["passing on by a thread, \(rate)/s"] + quantiles(relay.latencies))
        }
        table.add(["wake of a thread"] + quantiles(result.wakes))
        for connections in result.connections {
            let exchanges = connections.exchanges == 0 ? "" : " and \(connections.exchanges) round trips"
            table.add(
                ["TCP connection\(exchanges)"] + quantiles(connections.openLatencies)
                    + [NumberText.fixed(connections.rate)]
            )
        }
        return table.lines + [place]
    }

    private var place: String {
        let fileSystem = result.fileSystem.map { " (\($0))" } ?? ""
        let place = "files in \(result.directory)\(fileSystem)"
        guard FileSystemType.isMemory(result.fileSystem) else { return place }
        return "\(place), which is in memory: name a directory on a disk with --directory"
    }

    private func quantiles(_ latencies: LatencyHistogram) -> [String] {
        [0.5, 0.99].map { NumberText.fixed(Double(latencies.quantile($0)) / 1000, decimals: 1) }
    }
}

// MARK: - JSON

extension MachineReport {
    /// Everything in one object; durations in the unit that their names end with.
    var json: JSONValue {
        let head: [JSONValue.Member] = [
            .init(name: "directory", value: .string(result.directory)),
            .init(name: "file_system", value: result.fileSystem.map { .string($0) } ?? .null),
            .init(name: "seconds", value: .number(result.seconds)),
            .init(name: "forced_writes", value: .array(result.forcedWrites.map(Self.json))),
            .init(name: "round_trip_bytes", value: .integer(Int64(RoundTripRun.bytes))),
        ]
        let relays = JSONValue.Member(name: "relays", value: .array(result.relays.map(Self.json)))
        let threads =
            LoadFigures.members("round_trip", result.roundTrips)
            + LoadFigures.members("forced_answer", result.forcedAnswers) + [relays]
            + LoadFigures.members("wake", result.wakes)
        let connections = JSONValue.array(result.connections.map(Self.json))
        return .object(head + threads + [.init(name: "connections", value: connections)])
    }

    private static func json(_ writes: MachineResult.ForcedWrites) -> JSONValue {
        let members: [JSONValue.Member] = [
            .init(name: "bytes", value: .integer(Int64(writes.bytes))),
            .init(name: "appending", value: .boolean(writes.isAppending)),
            .init(name: "bytes_per_second", value: .number(writes.bytesPerSecond.rounded())),
            .init(name: "messages_of_1_kib_per_second", value: .number(writes.messagesPerSecond.rounded())),
        ]
        return .object(members + LoadFigures.members("latency", writes.latencies))
    }

    private static func json(_ relay: MachineResult.Relay) -> JSONValue {
        .object(
            [.init(name: "rate_per_second", value: .integer(Int64(relay.perSecond)))]
                + LoadFigures.members("latency", relay.latencies)
        )
    }

    private static func json(_ connections: MachineResult.Connections) -> JSONValue {
        let members: [JSONValue.Member] = [
            .init(name: "exchanges", value: .integer(Int64(connections.exchanges))),
            .init(name: "rate_per_second", value: .number(connections.rate.rounded())),
        ]
        return .object(members + LoadFigures.members("open_latency", connections.openLatencies))
    }
}
