import ArgumentParser
import LeveretModel

/// What a run of `leveret perf` sends and how it is received.
struct LoadOptions: ParsableArguments {
    static let defaultQueue = "leveret-perf"

    @Option(help: "Threads that publish, with a connection each.")
    var producers = 1

    @Option(help: "Threads that consume, with a connection each.")
    var consumers = 1

    @Option(
        help: ArgumentHelp(
            "Bytes of each body; several with commas between are taken in turn. From 16 on latency is measured.",
            valueName: "bytes"
        )
    )
    var size = SizeList([16])

    @Option(help: ArgumentHelp("Spread the load over so many queues.", valueName: "number"))
    var queues = 1

    @Option(help: ArgumentHelp("The queue, or the beginning of the queues' names.", valueName: "name"))
    var queue = LoadOptions.defaultQueue

    @Option(help: ArgumentHelp("Publish through a fanout exchange to so many queues.", valueName: "queues"))
    var fanout: Int?

    @Option(
        help: ArgumentHelp(
            "Publish through this exchange, which must exist; the queue is bound to it with the routing keys.",
            valueName: "name"
        )
    )
    var exchange: String?

    @Option(
        name: .customLong("routing-key"),
        help: ArgumentHelp(
            "The routing key for --exchange; may be repeated, and messages take them in turn.",
            valueName: "key"
        )
    )
    var routingKeys: [String] = []

    @Flag(help: "Use durable queues.")
    var durable = false

    @Option(
        name: .customLong("argument"),
        help: ArgumentHelp("An argument of the queues; may be repeated.", valueName: "name=value")
    )
    var arguments: [TypedArgument] = []

    @Flag(help: "Publish persistent messages.")
    var persistent = false

    @Option(help: ArgumentHelp("Publish with priorities from 0 up to one below this in turn.", valueName: "number"))
    var priorities = 1

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

    @Option(
        help: ArgumentHelp(
            "Publish so many messages a second in all. Latency then counts from when a message was due.",
            valueName: "per-second"
        )
    )
    var rate: Double?

    @Option(help: ArgumentHelp("Take at most so many messages a second in all.", valueName: "per-second"))
    var consumerRate: Double?

    @Option(help: ArgumentHelp("Leave so long at the beginning out of all figures.", valueName: "seconds"))
    var warmup = 0.0

    @Flag(help: "Use the queues as they are and leave them.")
    var keep = false

    func validate() throws {
        guard (0...MessageMark.producerLimit).contains(producers), (0...2000).contains(consumers),
            producers + consumers > 0
        else {
            throw ValidationError(
                "--producers can be 0 to \(MessageMark.producerLimit), --consumers 0 to 2000, not both 0"
            )
        }
        guard (1...100_000).contains(queues), (1...100_000).contains(fanout ?? 1) else {
            throw ValidationError("--queues and --fanout can be 1 to 100000")
        }
        guard queue.utf8.count <= 230, !queue.isEmpty else {
            throw ValidationError("--queue can have 1 to 230 bytes")
        }
        try validateRoute()
        try validateAmounts()
        try validateTimes()
    }

    private func validateRoute() throws {
        guard fanout == nil || (queues == 1 && exchange == nil) else {
            throw ValidationError("--fanout goes neither with --queues nor with --exchange")
        }
        guard exchange != nil || routingKeys.isEmpty else {
            throw ValidationError("--routing-key goes with --exchange")
        }
        guard exchange == nil || queues == 1 else { throw ValidationError("--exchange goes with one queue") }
        guard ([exchange ?? ""] + routingKeys).allSatisfy({ $0.utf8.count <= 255 }) else {
            throw ValidationError("--exchange and --routing-key can have up to 255 bytes")
        }
        guard routingKeys.count <= 1000 else { throw ValidationError("--routing-key can be given up to 1000 times") }
    }

    private func validateAmounts() throws {
        guard (0...1_000_000).contains(confirm) else { throw ValidationError("--confirm can be 0 to 1000000") }
        guard (1...256).contains(priorities) else { throw ValidationError("--priorities can be 1 to 256") }
        guard ackEvery >= 0, prefetch == 0 || ackEvery <= prefetch else {
            throw ValidationError("--ack-every can be 0 or more, and not more than --prefetch")
        }
        if count == 0 { throw ValidationError("--count must be over 0") }
    }

    private func validateTimes() throws {
        if seconds != nil, count != nil { throw ValidationError("use --seconds or --count, not both") }
        if let seconds, !(seconds > 0 && seconds <= 1e6) { throw ValidationError("--seconds must be over 0") }
        for rate in [rate, consumerRate] {
            if let rate, !(rate > 0 && rate <= 1e9) { throw ValidationError("a rate must be over 0") }
        }
        guard warmup >= 0, warmup < (count == nil && producers > 0 ? seconds ?? 5 : 1e6) else {
            throw ValidationError("--warmup can be 0 or more, and must end before the run")
        }
    }
}

extension LoadPlan {
    /// `number` tells runs apart that have not been given a queue's name; `nil` is the only one.
    init(_ options: LoadOptions, target: LoadTarget, number: Int? = nil) {
        let isUnnamed = options.queue == LoadOptions.defaultQueue
        self.init(
            target: target,
            queue: isUnnamed ? options.queue + (number.map { "-run-\($0)" } ?? "") : options.queue,
            queues: options.fanout ?? options.queues,
            producers: options.producers,
            consumers: options.consumers,
            sizes: options.size.sizes,
            durable: options.durable,
            persistent: options.persistent,
            priorities: options.priorities,
            route: Self.route(options),
            queueArguments: FieldTable(options.arguments),
            confirmWindow: options.confirm,
            prefetch: options.prefetch,
            acknowledgeEvery: options.ackEvery,
            limit: Self.limit(options),
            rate: options.rate,
            consumerRate: options.consumerRate,
            warmUpSeconds: options.warmup,
            keepsQueues: options.keep
        )
    }

    private static func route(_ options: LoadOptions) -> Route {
        if options.fanout != nil { return .fanout }
        guard let exchange = options.exchange else { return .queueName }
        return .exchange(exchange, routingKeys: options.routingKeys.isEmpty ? [""] : options.routingKeys)
    }

    private static func limit(_ options: LoadOptions) -> Limit {
        if let count = options.count { return .messages(count) }
        if options.producers == 0, options.seconds == nil { return .backlog }
        return .seconds(options.seconds ?? 5)
    }
}
