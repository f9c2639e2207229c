import Testing

@testable import LeveretCLI

struct OperationTests {
    @Test func `operators see the queues of a running broker through its directory`() async throws {
        try await Program.withBroker { url, directory in
            _ = try await Program.run(["publish", "--queue", "orders", "--declare", "--count", "3", "x"], url: url)
            let table = try await Program.run("queues", "--data", directory)
            #expect(table.status == 0)
            let lines = table.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines[1].split(separator: " ") == ["orders", "3", "0", "0", "3", "durable"])
            let json = try await Program.run("queues", "--data", directory, "--json")
            #expect(json.output.contains(#""name":"orders""#))
            #expect(json.output.contains(#""ready":3"#))
        }
    }

    @Test func `a directory that a broker uses is neither served twice nor checked`() async throws {
        try await Program.withBroker { _, directory in
            let second = try await Program.run("serve", "--port", "0", "--data", directory, "--log-level", "critical")
            #expect(second.status == ExitStatus.dataDirectory.rawValue)
            #expect(second.hasOneErrorLine)
            let check = try await Program.run("check", directory)
            #expect(check.status == ExitStatus.dataDirectory.rawValue)
            #expect(check.hasOneErrorLine)
        }
    }

    @Test func `a port that is taken is told, and nothing is left behind`() async throws {
        try await Program.withBroker { url, _ in
            let port = String(url.split(separator: ":").last ?? "")
            let temporary = try TemporaryDirectory()
            defer { temporary.remove() }
            let second = try await Program.run(
                "serve",
                "--port",
                port,
                "--data",
                temporary.path,
                "--log-level",
                "critical"
            )
            #expect(second.status == ExitStatus.unreachable.rawValue)
            #expect(second.hasOneErrorLine)
            #expect(second.errors.contains(port))
            #expect(try await Program.run("check", temporary.path).status == 0)
        }
    }

    @Test func `persistent messages are there after a kill and a start`() async throws {
        let temporary = try TemporaryDirectory()
        defer { temporary.remove() }
        let broker = DemoBroker(program: try Program.path(), directory: temporary.path)
        try await broker.start()
        let url = "amqp://127.0.0.1:\(broker.port)"
        _ = try await Program.run(["publish", "--queue", "q", "--declare", "--persistent", "kept"], url: url)
        try await broker.kill()
        try await broker.start()
        #expect(try await Program.run(["get", "--queue", "q"], url: url).output == "kept\n")
        try await broker.stop()
        #expect(try await Program.run("check", temporary.path).status == 0)
    }

    @Test func `a broker ends cleanly when it is asked to`() async throws {
        let temporary = try TemporaryDirectory()
        defer { temporary.remove() }
        let broker = DemoBroker(program: try Program.path(), directory: temporary.path)
        try await broker.start()
        #expect(try await broker.stop() == .exited(0))
        #expect(try await broker.stop() == nil)
    }

    @Test func `nobody there is status 3`() async throws {
        for command in ["publish", "consume", "get"] {
            let outcome = try await Program.run(command, "--url", "amqp://127.0.0.1:1", "--queue", "q", input: "x")
            #expect(outcome.status == ExitStatus.unreachable.rawValue, "\(command)")
            #expect(outcome.hasOneErrorLine, "\(command)")
        }
        let perf = try await Program.run("perf", "--url", "amqp://127.0.0.1:1")
        #expect(perf.status == ExitStatus.unreachable.rawValue)
        let queues = try await Program.run("queues", "--data", "/nowhere")
        #expect(queues.status == ExitStatus.unreachable.rawValue)
    }

    @Test func `a wrong password is status 4`() async throws {
        try await Program.withBroker { url, _ in
            let wrong = url.replacing("amqp://", with: "amqp://guest:wrong@")
            let outcome = try await Program.run("get", "--url", wrong, "--queue", "q")
            #expect(outcome.status == ExitStatus.refused.rawValue)
            #expect(outcome.hasOneErrorLine)
        }
    }

    @Test func `a directory without a journal is status 5`() async throws {
        let temporary = try TemporaryDirectory()
        defer { temporary.remove() }
        let outcome = try await Program.run("check", temporary.path)
        #expect(outcome.status == ExitStatus.dataDirectory.rawValue)
        #expect(outcome.hasOneErrorLine)
    }

    @Test func `a usage error is status 2 and help is a success`() async throws {
        let wrong = try await Program.run("publish", "--nonsense")
        #expect(wrong.status == ExitStatus.usage.rawValue)
        #expect(wrong.output.isEmpty)
        let help = try await Program.run("--help")
        #expect(help.status == 0)
        for status in ExitStatus.allCases { #expect(help.output.contains("\(status.rawValue)  ")) }
        let version = try await Program.run("--version")
        #expect(version.output == LeveretVersion.current + "\n")
    }

    @Test(arguments: [
        (["--port", "x"], "--port is \"x\" and must be a number from 0 to 65535"),
        (["--port", "65536"], "--port is \"65536\" and must be a number from 0 to 65535"),
        (["--durability", "maybe"], "--durability is \"maybe\" and must be full, normal or off"),
        (["--log-level", "loud"], "--log-level is \"loud\" and must be a level such as info"),
    ])
    func `a setting that makes no sense is told with how the broker is started`(
        options: [String],
        message: String
    ) async throws {
        let wrong = try await Program.run(["serve", "--in-memory"] + options)
        #expect(wrong.status == ExitStatus.usage.rawValue)
        #expect(wrong.output.isEmpty)
        let lines = wrong.errors.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first == "leveret: \(message)")
        #expect(lines.last?.hasPrefix("Usage: leveret serve") == true)
    }

    @Test func `a short load run is sound and can be read by programs`() async throws {
        try await Program.withBroker { url, _ in
            let outcome = try await Program.run(
                [
                    "perf", "--count", "20000", "--durable", "--persistent", "--confirm", "100", "--prefetch", "50",
                    "--ack-every", "10", "--producers", "2", "--consumers", "2", "--queues", "2", "--json",
                ],
                url: url
            )
            #expect(outcome.status == 0)
            #expect(outcome.output.contains(#""sent":20000,"confirmed":20000,"refused":0,"unconfirmed":0"#))
            #expect(outcome.output.contains(#""received":20000"#))
            #expect(outcome.output.contains(#""sound":true"#))
        }
    }

    @Test func `every measurement of perf has a report for people`() async throws {
        try await Program.withBroker { url, _ in
            let measurements: [([String], String)] = [
                (["load", "--count", "1000", "--fanout", "2"], "received"),
                (["mix", "--load", "--count 500", "--load", "--count 500 --confirm 10"], "confirmed"),
                (["connections", "--connections", "3", "--hold", "0"], "alive"),
                (["churn", "--seconds", "0.1"], "completed"),
                (["probe"], "accepting"),
            ]
            for (arguments, word) in measurements {
                let outcome = try await Program.run(["perf"] + arguments, url: url)
                #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
                #expect(outcome.output.contains(word), "\(arguments): \(outcome.output)")
            }
        }
    }

    @Test func `the machine is measured without a broker, or it is said why not`() async throws {
        let table = try await Program.run("perf", "machine", "--seconds", "0.01")
        #expect(table.status == 0, "\(table.errors)")
        #expect(table.output.contains("wake of a thread"))
        let json = try await Program.run("perf", "machine", "--seconds", "0.01", "--json")
        #expect(json.output.hasPrefix(#"{"directory":""#) && json.output.hasSuffix("}\n"))
        let nowhere = try await Program.run("perf", "machine", "--directory", "/nowhere")
        #expect(nowhere.status == ExitStatus.failed.rawValue)
        #expect(nowhere.hasOneErrorLine)
        #expect(nowhere.errors.contains("/nowhere"))
    }

    @Test func `the demonstration loses nothing`() async throws {
        let outcome = try await Program.run("demo", "--messages", "1000")
        #expect(outcome.status == 0)
        let rows = outcome.output.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true)
        }
        #expect(rows.contains { $0.starts(with: ["published", "1,000"]) })
        #expect(rows.contains { $0.starts(with: ["confirmed", "1,000"]) })
        #expect(rows.contains { $0.starts(with: ["acknowledged", "1,000"]) })
        #expect(rows.contains { $0 == ["lost", "0"] })
    }
}
