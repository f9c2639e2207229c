import ArgumentParser

struct PerfCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perf",
        abstract: "Measure a broker: rates, latencies, and what a message costs it.",
        discussion: """
            Producers and consumers are threads with a connection each. Latency counts from the moment when a message \
            is handed to the system, or with --rate from the moment when it was due. The queues are deleted before \
            and after the run, unless --keep is given. Works with any AMQP 0-9-1 broker.

            EXAMPLES
              As fast as it goes, transient, 16 bytes:
                leveret perf
              Durable, confirmed and acknowledged, with the broker's own figures:
                leveret perf --durable --persistent --confirm 1000 \\
                    --prefetch 500 --ack-every 100 --broker-pid 4711
              Latency at 5,000 messages a second:
                leveret perf --rate 5000 --size 100 --seconds 10
              Fill a queue, and later empty it:
                leveret perf --consumers 0 --count 1000000 --keep --queue load
                leveret perf --producers 0 --queue load
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Option(help: "Threads that publish.")
    var producers = 1

    @Option(help: "Threads that consume.")
    var consumers = 1

    @Option(help: ArgumentHelp("Bytes of each body; from 16 on latency is measured.", valueName: "bytes"))
    var size = 16

    @Option(help: ArgumentHelp("Spread the load over so many queues.", valueName: "number"))
    var queues = 1

    @Option(help: ArgumentHelp("The queue, or the beginning of the queues' names.", valueName: "name"))
    var queue = "leveret-perf"

    @Flag(help: "Use durable queues.")
    var durable = false

    @Flag(help: "Publish persistent messages.")
    var persistent = false

    @Option(
        help: ArgumentHelp("Publish with confirms, so many of a producer outstanding at most.", valueName: "window")
    )
    var confirm = 0

    @Option(
        help: ArgumentHelp("Deliveries of a consumer that may be unacknowledged; 0 is no limit.", valueName: "number")
    )
    var prefetch: UInt16 = 0

    @Option(help: ArgumentHelp("Acknowledge so many deliveries at a time; 0 consumes without.", valueName: "number"))
    var ackEvery = 0

    @Option(help: ArgumentHelp("Publish for so long. Default: 5, unless --count is given.", valueName: "seconds"))
    var seconds: Double?

    @Option(help: ArgumentHelp("Publish so many messages in all.", valueName: "messages"))
    var count: UInt64?

    @Option(help: ArgumentHelp("Publish so many messages a second in all.", valueName: "per-second"))
    var rate: Double?

    @Option(help: ArgumentHelp("The broker's process, to report its processor time and memory.", valueName: "pid"))
    var brokerPid: Int32?

    @Flag(help: "Use the queues as they are and leave them.")
    var keep = false

    @Flag(help: "Print one JSON object instead of the table.")
    var json = false

    func validate() throws {
        let threads = 0...DeliveryInspection.producerLimit
        guard threads.contains(producers), threads.contains(consumers), producers + consumers > 0 else {
            throw ValidationError("--producers and --consumers can be 0 to \(threads.upperBound), not both 0")
        }
        guard queues >= 1, producers == 0 || producers >= queues, consumers == 0 || consumers >= queues else {
            throw ValidationError("--queues can be 1 or more, up to the number of producers and of consumers")
        }
        guard (0...(1 << 29)).contains(size) else { throw ValidationError("--size can be 0 to \(1 << 29)") }
        guard (0...1_000_000).contains(confirm) else { throw ValidationError("--confirm can be 0 to 1000000") }
        guard queue.utf8.count <= 250, !queue.isEmpty else {
            throw ValidationError("--queue can have 1 to 250 bytes")
        }
        try validateAmounts()
    }

    private func validateAmounts() throws {
        guard ackEvery >= 0, prefetch == 0 || ackEvery <= prefetch else {
            throw ValidationError("--ack-every can be 0 or more, and not more than --prefetch")
        }
        if let seconds, !(seconds > 0 && seconds <= 1e6) {
            throw ValidationError("--seconds must be over 0")
        }
        if seconds != nil, count != nil { throw ValidationError("use --seconds or --count, not both") }
        if count == 0 { throw ValidationError("--count must be over 0") }
        if let rate, !(rate > 0 && rate <= 1e9) { throw ValidationError("--rate must be over 0") }
    }

    func run() async throws {
        FileDescriptorLimit.raise()
        let progress = LoadProgress()
        let run = LoadRun(plan: try plan(), progress: progress, brokerProcess: brokerPid)
        let result = try await Interruption.catching {
            try await withTaskCancellationHandler {
                try await NativeThread.run { try run.execute() }
            } onCancel: {
                progress.interrupt()
            }
        }
        guard let result else { throw CancellationError() }
        let report = LoadReport(result: result)
        if json {
            try OutputStream.standardOutput.writeLine(report.json.text)
        } else {
            try OutputStream.standardOutput.writeLines(report.lines)
        }
        if !result.isSound {
            throw CommandFailure(.failed, "the broker lost, refused or reordered messages: see the report")
        }
    }

    private func plan() throws -> LoadPlan {
        LoadPlan(
            target: try LoadTarget(connection.configuration()),
            queue: queue,
            queues: queues,
            producers: producers,
            consumers: consumers,
            size: size,
            durable: durable,
            persistent: persistent,
            confirmWindow: confirm,
            prefetch: prefetch,
            acknowledgeEvery: ackEvery,
            limit: limit,
            rate: rate,
            keepsQueues: keep
        )
    }

    private var limit: LoadPlan.Limit {
        if let count { return .messages(count) }
        if producers == 0, seconds == nil { return .backlog }
        return .seconds(seconds ?? 5)
    }
}
