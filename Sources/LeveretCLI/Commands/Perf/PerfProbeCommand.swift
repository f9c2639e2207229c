import ArgumentParser

struct PerfProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Wait for a broker that starts, and for its messages to be there.",
        discussion: """
            Tries to log in until the broker lets it, then asks for the queue until that holds --count messages. \
            Reports how long both took, and with --broker-pid the memory.

            EXAMPLES
              How long a start with a million messages takes:
                started=$(date +%s.%N)
                leveret serve --data data &
                leveret perf probe --queue load --count 1000000 --since $started
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var report: ReportOptions

    @Option(help: ArgumentHelp("The queue to ask for.", valueName: "name"))
    var queue = LoadOptions.defaultQueue

    @Option(
        help: ArgumentHelp("Messages that the queue must hold; 0 waits for the broker alone.", valueName: "messages")
    )
    var count: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "Count time from this moment, in seconds since 1970. Default: the probe's own start.",
            valueName: "moment"
        )
    )
    var since: Double?

    @Option(help: ArgumentHelp("Give up after so long.", valueName: "seconds"))
    var timeout = 60.0

    func validate() throws {
        guard (1...255).contains(queue.utf8.count) else { throw ValidationError("--queue can have 1 to 255 bytes") }
        guard timeout > 0, timeout <= 1e6 else { throw ValidationError("--timeout must be over 0") }
        if let since, !(since > 0 && since < 1e11) { throw ValidationError("--since is in seconds since 1970") }
    }

    func run() async throws {
        let run = ProbeRun(
            target: try LoadTarget(connection.configuration()),
            queue: queue,
            count: count,
            since: since,
            timeoutSeconds: timeout,
            brokerProcess: report.brokerPid
        )
        let result = try await MeasuredWork.run({ try run.execute() }, onInterruption: { run.progress.interrupt() })
        let probeReport = ProbeReport(result: result)
        try report.write(lines: probeReport.lines, json: probeReport.json)
    }
}
