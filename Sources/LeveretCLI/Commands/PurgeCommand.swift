import ArgumentParser
import LeveretClient
import LeveretModel

struct PurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Drop the messages of a queue that are ready.",
        discussion: """
            Messages that a consumer holds unacknowledged stay. Prints how many were dropped.

            EXAMPLES
              leveret purge --queue orders
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("The queue.", valueName: "name"))
    var queue: String

    func validate() throws {
        guard !queue.isEmpty, queue.utf8.count <= 255 else { throw ValidationError("--queue needs 1 to 255 bytes") }
    }

    func run() async throws {
        let count = try await BrokerSession.run(connection, command: "purge") { _, channel in
            try await channel.purgeQueue(QueueName(queue))
        }
        try OutputStream.standardOutput.writeLine("purged \(count) \(count == 1 ? "message" : "messages")")
    }
}
