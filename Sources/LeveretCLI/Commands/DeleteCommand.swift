import ArgumentParser
import LeveretClient
import LeveretModel

struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a queue or an exchange.",
        subcommands: [DeleteQueueCommand.self, DeleteExchangeCommand.self]
    )
}

struct DeleteQueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Delete a queue with its messages. A missing queue is no error.",
        discussion: """
            Prints how many messages were deleted with it.

            EXAMPLES
              leveret delete queue orders
              leveret delete queue orders --if-empty --if-unused
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The queue's name.")
    var name: String

    @Flag(help: "Only if it has no consumers; else an error.")
    var ifUnused = false

    @Flag(help: "Only if it has no messages; else an error.")
    var ifEmpty = false

    func run() async throws {
        let count = try await BrokerSession.run(connection, command: "delete") { _, channel in
            try await channel.deleteQueue(QueueName(name), ifUnused: ifUnused, ifEmpty: ifEmpty)
        }
        try OutputStream.standardOutput.writeLine("deleted \(count) \(count == 1 ? "message" : "messages")")
    }
}

struct DeleteExchangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange",
        abstract: "Delete an exchange and its bindings. A missing exchange is no error.",
        discussion: """
            EXAMPLES
              leveret delete exchange events
              leveret delete exchange events --if-unused
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The exchange's name.")
    var name: String

    @Flag(help: "Only if nothing is bound to it; else an error.")
    var ifUnused = false

    func run() async throws {
        try await BrokerSession.run(connection, command: "delete") { _, channel in
            try await channel.deleteExchange(ExchangeName(name), ifUnused: ifUnused)
        }
    }
}
