import ArgumentParser
import LeveretClient
import LeveretModel

struct DeclareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "declare",
        abstract: "Make a queue or an exchange, or check that it exists with the same options.",
        subcommands: [DeclareQueueCommand.self, DeclareExchangeCommand.self]
    )
}

struct DeclareQueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Make a queue, or check that it exists with the same options.",
        discussion: """
            EXAMPLES
              leveret declare queue orders --durable
              leveret declare queue recent --durable --argument x-max-length=1000
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The queue's name.")
    var name: String

    @Flag(help: "The queue, with its persistent messages, survives a restart.")
    var durable = false

    @Flag(help: "The queue goes when its last consumer does.")
    var autoDelete = false

    @Option(
        name: .customLong("argument"),
        help: ArgumentHelp("An argument; may be repeated. \(TypedArgument.hint)", valueName: "name=value")
    )
    var arguments: [TypedArgument] = []

    func validate() throws {
        guard !name.isEmpty, name.utf8.count <= 255 else { throw ValidationError("a queue's name has 1 to 255 bytes") }
    }

    func run() async throws {
        let options = QueueOptions(durable: durable, autoDelete: autoDelete, arguments: FieldTable(arguments))
        try await BrokerSession.run(connection, command: "declare") { _, channel in
            _ = try await channel.declareQueue(QueueName(name), options)
        }
    }
}

struct DeclareExchangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange",
        abstract: "Make an exchange, or check that it exists with the same options.",
        discussion: """
            EXAMPLES
              leveret declare exchange events --type topic --durable
              leveret declare exchange events --argument alternate-exchange=unrouted
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The exchange's name.")
    var name: String

    @Option(
        help: ArgumentHelp("direct, fanout, topic, headers, or another type that the broker knows.", valueName: "type")
    )
    var type = "direct"

    @Flag(help: "The exchange survives a restart.")
    var durable = false

    @Flag(help: "The exchange goes when its last binding does.")
    var autoDelete = false

    @Flag(help: "Only other exchanges may publish to it.")
    var `internal` = false

    @Option(
        name: .customLong("argument"),
        help: ArgumentHelp("An argument; may be repeated. \(TypedArgument.hint)", valueName: "name=value")
    )
    var arguments: [TypedArgument] = []

    func validate() throws {
        guard !name.isEmpty, name.utf8.count <= 255 else {
            throw ValidationError("an exchange's name has 1 to 255 bytes")
        }
    }

    func run() async throws {
        let options = ExchangeOptions(
            durable: durable,
            autoDelete: autoDelete,
            internal: `internal`,
            arguments: FieldTable(arguments)
        )
        try await BrokerSession.run(connection, command: "declare") { _, channel in
            try await channel.declareExchange(ExchangeName(name), ExchangeType(type), options)
        }
    }
}
