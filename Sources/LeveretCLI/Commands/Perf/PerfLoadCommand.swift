import ArgumentParser

struct PerfLoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Publish and consume, and report rates, latencies and what a message costs.",
        discussion: """
            Latency counts from the moment when a message is handed to the system, \
            or with --rate from the moment when it was due. The queues are deleted before and after the run, unless \
            --keep is given. The status is 0 only if every message was confirmed (where that was asked for) and came \
            once and in its producer's order; without consumers, if all messages lie in the queues.

            EXAMPLES
              As fast as it goes, transient, 16 bytes:
                leveret perf
              Durable, confirmed and acknowledged, with the broker's own figures:
                leveret perf --durable --persistent --confirm 1000 \\
                    --prefetch 500 --ack-every 100 --broker-pid 4711
              Latency at 5,000 messages a second, the first second left out:
                leveret perf --rate 5000 --size 100 --seconds 10 --warmup 1
              One message at a time, the next one when it is confirmed:
                leveret perf --consumers 0 --confirm 1 --durable --persistent
              Each message to ten queues:
                leveret perf --fanout 10 --consumers 10 --size 100
              Fill a queue, and later empty it:
                leveret perf --consumers 0 --count 1000000 --keep --queue load
                leveret perf --producers 0 --queue load
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var load: LoadOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
        let plan = LoadPlan(load, target: try LoadTarget(connection.configuration()))
        let progress = LoadProgress()
        let run = LoadRun(plan: plan, progress: progress, brokerProcess: report.brokerPid)
        let result = try await MeasuredWork.run({ try run.execute() }, onInterruption: { progress.interrupt() })
        let loadReport = LoadReport(result: result)
        try report.write(lines: loadReport.lines, json: loadReport.json)
        if !result.isSound { throw MeasuredWork.unsound }
    }
}
