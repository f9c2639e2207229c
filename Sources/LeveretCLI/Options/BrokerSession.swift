import LeveretClient
import LeveretModel
import Logging

/// A connection for the length of one command.
enum BrokerSession {
    /// Connects, opens a channel, runs `body` and closes both. `command` is the name that the broker's tools show.
    static func run<Result: Sendable>(
        _ options: ConnectionOptions,
        command: String,
        _ body: (AMQPConnection, ClientChannel) async throws -> Result
    ) async throws -> Result {
        var configuration = try options.configuration()
        if configuration.connectionName == nil { configuration.connectionName = "leveret \(command)" }
        return try await AMQPConnection.withConnection(configuration, logger: silent) { connection in
            try await body(connection, try await connection.openChannel())
        }
    }

    /// A channel on which the queue is known to exist: it is declared, durable, if there is none. A queue of that
    /// name with other options will do.
    static func openChannel(declaring queue: String, on connection: AMQPConnection) async throws -> ClientChannel {
        let channel = try await connection.openChannel()
        do {
            _ = try await channel.declareQueue(QueueName(queue), .durable)
            return channel
        } catch let error as AMQPError where error.code == .preconditionFailed {
            return try await connection.openChannel()
        }
    }

    /// What goes wrong becomes the command's one line; nothing else is to appear beside it.
    static var silent: Logger { Logger(label: "leveret") { _ in SwiftLogNoOpLogHandler() } }
}
