import ArgumentParser
import LeveretClient
import LeveretModel

struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish messages to a queue or an exchange.",
        discussion: """
            The body is the argument, a file, or standard input; with --lines each line is a message. The command \
            succeeds when the broker has confirmed every message: a persistent message in a durable queue is on disk \
            then. A message to a queue that does not exist is an error (exit status 4).

            EXAMPLES
              leveret publish --queue hello --declare "hi"
              leveret publish --queue orders --persistent --file order.json
              tail -f access.log | leveret publish --queue log --lines
              leveret publish --exchange events --routing-key order.created --mandatory "{}"
              leveret publish --queue load --declare --count 100000 "the same each time"
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("Publish to this queue, through the default exchange.", valueName: "name"))
    var queue: String?

    @Option(help: ArgumentHelp("Publish to this exchange.", valueName: "name"))
    var exchange: String?

    @Option(help: ArgumentHelp("The routing key, with --exchange.", valueName: "key"))
    var routingKey: String?

    @Flag(help: "Declare the queue, durable, if there is none of that name.")
    var declare = false

    @Argument(help: ArgumentHelp("The body. Without it and without --file the body is read from standard input."))
    var body: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Read the body from a file.", valueName: "path"))
    var file: String?

    @Flag(help: "Publish each line of the input as a message, as it comes.")
    var lines = false

    @Option(help: ArgumentHelp("Publish the same message so many times.", valueName: "number"))
    var count: UInt64 = 1

    @Flag(help: "Fail if the message reaches no queue. Always so with --queue.")
    var mandatory = false

    @Flag(help: "Wait for the broker's confirms. Always done; here so that scripts can say it.")
    var confirm = false

    @Option(
        help: ArgumentHelp(
            "How many messages may be unconfirmed; 1 sends each after the last one's confirm.",
            valueName: "number"
        )
    )
    var window = 1000

    @OptionGroup(title: "Properties") var properties: PropertyOptions

    func validate() throws {
        guard (queue == nil) != (exchange == nil) else {
            throw ValidationError("say where to: either --queue, or --exchange with --routing-key")
        }
        if queue?.isEmpty == true { throw ValidationError("--queue needs a name") }
        if queue != nil, routingKey != nil {
            throw ValidationError("--routing-key goes with --exchange; a queue's routing key is its name")
        }
        if declare, queue == nil { throw ValidationError("--declare goes with --queue") }
        if body != nil, file != nil { throw ValidationError("give the body as an argument or with --file, not both") }
        if lines, body != nil { throw ValidationError("--lines reads standard input or --file, not an argument") }
        if lines, count != 1 { throw ValidationError("--count does not go with --lines") }
        guard count > 0 else { throw ValidationError("--count must be over 0") }
        guard (1...65_535).contains(window) else { throw ValidationError("--window can be 1 to 65535") }
        for case (let name, let text?) in [("--queue", queue), ("--exchange", exchange), ("--routing-key", routingKey)]
        where text.utf8.count > 255 {
            throw ValidationError("\(name) can have at most 255 bytes")
        }
    }

    func run() async throws {
        let source = try input()
        try await BrokerSession.run(connection, command: "publish") { connection, channel in
            var pipeline = PublishPipeline(
                channel: try await open(channel, on: connection),
                destination: destination,
                properties: properties.properties,
                window: window,
                total: lines ? nil : count
            )
            try await publish(source, with: &pipeline)
            try await pipeline.finish()
        }
    }

    private var destination: PublishDestination {
        if let queue { return .queue(queue) }
        return .exchange(exchange ?? "", routingKey: routingKey ?? "", isMandatory: mandatory)
    }

    /// `nil` if the body is the argument.
    private func input() throws -> ByteSource? {
        if body != nil { return nil }
        if let file { return try ByteSource(file: file) }
        if ByteSource.standardInput.isTerminal {
            try OutputStream.standardError.writeLine("reading from the terminal; end with Control-D")
        }
        return .standardInput
    }

    private func open(_ channel: ClientChannel, on connection: AMQPConnection) async throws -> ClientChannel {
        guard declare, let queue else { return channel }
        return try await BrokerSession.openChannel(declaring: queue, on: connection)
    }

    private func publish(_ source: ByteSource?, with pipeline: inout PublishPipeline) async throws {
        guard let source else { return try await repeatedly(body ?? "", with: &pipeline) }
        guard lines else {
            return try await repeatedly(try await source.readAll(limit: 512 << 20), with: &pipeline)
        }
        var splitter = LineSplitter()
        while case let chunk = try await source.nextChunk(), !chunk.isEmpty {
            splitter.append(chunk)
            while let line = try splitter.nextLine() { try await pipeline.publish(line) }
        }
        if let line = splitter.rest() { try await pipeline.publish(line) }
    }

    private func repeatedly(_ body: some MessageBody, with pipeline: inout PublishPipeline) async throws {
        for _ in 0..<count { try await pipeline.publish(body) }
    }
}
