import ArgumentParser
import LeveretClient
import LeveretOutbox
import Logging

struct OutboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox",
        abstract: "Publish what an application puts into a table of its own SQLite database.",
        discussion: """
            The application inserts its messages in the same transaction as its own changes:

              INSERT INTO \(OutboxTable.name) (exchange, routing_key, body) VALUES ('', 'orders', ?)

            Each row is published, in order, and deleted when the broker has confirmed it. A message that was \
            published and not deleted, because this command was killed in between, is published again; a queue or an \
            exchange with x-message-deduplication drops it then. Run one such command for a database. It ends with \
            SIGINT or SIGTERM.

            EXAMPLES
              leveret outbox shop.db --create
              leveret outbox shop.db
              leveret outbox shop.db --once --url amqps://shop:secret@broker.example.org
            """
    )

    @Argument(help: "The application's database.")
    var database: String

    @OptionGroup var connection: ConnectionOptions

    @Flag(help: "Make the table, if it is not there, and end.")
    var create = false

    @Flag(help: "Publish what is there, and end.")
    var once = false

    @Option(help: ArgumentHelp("How often to look for new rows.", valueName: "milliseconds"))
    var interval = 200

    @Option(help: ArgumentHelp("How many rows may be unconfirmed.", valueName: "number"))
    var window = 256

    func validate() throws {
        if create, once { throw ValidationError("--create and --once exclude each other") }
        guard (1...3_600_000).contains(interval) else { throw ValidationError("--interval can be 1 to 3600000") }
        guard (1...65_535).contains(window) else { throw ValidationError("--window can be 1 to 65535") }
    }

    func run() async throws {
        guard !create else { return try OutboxTable.create(inDatabase: database) }
        let logger = Logger(label: "leveret.outbox") { StreamLogHandler.standardError(label: $0) }
        let relay = OutboxRelay(
            database: database,
            interval: .milliseconds(interval),
            batchLimit: window,
            logger: logger
        )
        var configuration = try connection.configuration()
        if configuration.connectionName == nil { configuration.connectionName = "leveret outbox" }
        guard !once else { return try await relayOnce(relay, configuration) }
        let (target, logs) = (configuration, logger)
        try await Interruption.catching {
            try await AMQPConnection.withReconnectingConnection(target, logger: logs) { connection in
                try await relay.run(publishingOn: try await connection.openChannel())
            }
        }
    }

    private func relayOnce(_ relay: OutboxRelay, _ configuration: ConnectionConfiguration) async throws {
        let count = try await AMQPConnection.withConnection(configuration, logger: BrokerSession.silent) { connection in
            try await relay.runOnce(publishingOn: try await connection.openChannel())
        }
        try OutputStream.standardOutput.writeLine("published \(NumberText.counted(UInt64(count), "message"))")
    }
}
