import ArgumentParser

struct PerfChurnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "churn",
        abstract: "Be many short-lived clients: connect, declare, publish, get, close.",
        discussion: """
            Each cycle is a connection with an exclusive queue, through which one message goes. The status is 0 only \
            if every message came.

            EXAMPLES
              One client after the other for five seconds:
                leveret perf churn
              Ten at a time:
                leveret perf churn --clients 10 --seconds 30
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "Clients at work at the same time.")
    var clients = 1

    @Option(help: ArgumentHelp("Begin cycles for so long.", valueName: "seconds"))
    var seconds = 5.0

    @Option(help: ArgumentHelp("Bytes of each body.", valueName: "bytes"))
    var size = 16

    func validate() throws {
        guard (1...256).contains(clients) else { throw ValidationError("--clients can be 1 to 256") }
        guard seconds > 0, seconds <= 1e6 else { throw ValidationError("--seconds must be over 0") }
        guard (1...(1 << 20)).contains(size) else { throw ValidationError("--size can be 1 to \(1 << 20)") }
    }

    func run() async throws {
        let run = ChurnRun(
            target: try LoadTarget(connection.configuration()),
            clients: clients,
            seconds: seconds,
            size: size,
            brokerProcess: report.brokerPid
        )
        let result = try await MeasuredWork.run({ try run.execute() }, onInterruption: { run.progress.interrupt() })
        let churnReport = ChurnReport(result: result)
        try report.write(lines: churnReport.lines, json: churnReport.json)
    }
}
