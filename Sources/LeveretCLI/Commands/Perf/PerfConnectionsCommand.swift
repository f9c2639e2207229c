import ArgumentParser

struct PerfConnectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections",
        abstract: "Open many connections, keep them for a while, and close them.",
        discussion: """
            Reports how fast connections are opened, and with --broker-pid what each costs. The status is 0 only if \
            all of them were still there in the end.

            EXAMPLES
              A thousand connections for ten seconds:
                leveret perf connections --connections 1000 --hold 10 --broker-pid 4711
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "How many connections to open.")
    var connections = 1000

    @Option(help: "How many channels each connection opens.")
    var channels: UInt16 = 1

    @Option(help: "Threads that open connections at the same time.")
    var threads = 1

    @Option(help: ArgumentHelp("Keep the connections for so long.", valueName: "seconds"))
    var hold = 2.0

    func validate() throws {
        guard (1...100_000).contains(connections) else { throw ValidationError("--connections can be 1 to 100000") }
        guard (1...min(64, connections)).contains(threads) else {
            throw ValidationError("--threads can be 1 to 64, and not more than there are connections")
        }
        guard (1...2047).contains(channels) else { throw ValidationError("--channels can be 1 to 2047") }
        guard hold >= 0, hold <= 1e6 else { throw ValidationError("--hold can be 0 to 1000000") }
    }

    func run() async throws {
        let run = ConnectionsRun(
            target: try LoadTarget(connection.configuration()),
            count: connections,
            channels: channels,
            threads: threads,
            holdSeconds: hold,
            brokerProcess: report.brokerPid
        )
        let result = try await MeasuredWork.run({ try run.execute() }, onInterruption: { run.progress.interrupt() })
        let connectionsReport = ConnectionsReport(result: result)
        try report.write(lines: connectionsReport.lines, json: connectionsReport.json)
        if !result.isSound { throw CommandFailure(.failed, "the broker lost connections: see the report") }
    }
}
