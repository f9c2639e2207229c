import ArgumentParser

struct PerfMixCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mix",
        abstract: "Run several loads at the same time and report each.",
        discussion: """
            Each --load has the options of `leveret perf load` as one argument. All loads begin at the same moment. \
            Queues that are given no name get one of their own.

            EXAMPLES
              What a steady stream of small messages suffers from a bulk load:
                leveret perf mix --load "--rate 2000 --size 100 --seconds 5" \\
                    --load "--durable --persistent --confirm 100 --size 65536"
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var report: ReportOptions

    @Option(
        name: .customLong("load"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("The options of one load; may be repeated.", valueName: "options")
    )
    var loads: [String] = []

    func validate() throws {
        guard (1...32).contains(loads.count) else { throw ValidationError("there can be 1 to 32 loads") }
        _ = try options()
    }

    func run() async throws {
        let target = try LoadTarget(connection.configuration())
        let plans = try options().enumerated().map { LoadPlan($0.element, target: target, number: $0.offset + 1) }
        let run = MixRun(plans: plans, brokerProcess: report.brokerPid)
        let result = try await MeasuredWork.run({ try run.execute() }, onInterruption: { run.interrupt() })
        let mixReport = MixReport(result: result, titles: loads)
        try report.write(lines: mixReport.lines, json: mixReport.json)
        if !result.isSound { throw MeasuredWork.unsound }
    }

    private func options() throws -> [LoadOptions] {
        try loads.map { load in
            do {
                return try LoadOptions.parse(load.split(separator: " ").map(String.init))
            } catch {
                throw ValidationError("\"\(load)\": \(LoadOptions.message(for: error))")
            }
        }
    }
}
