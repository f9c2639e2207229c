import ArgumentParser
import Leveret

struct CloseConnectionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close_connection",
        abstract: "Close a client's connection.",
        discussion: """
            The client is told 320 `CONNECTION_FORCED` with the reason. The connection is named by its pid or its name, \
            as `leveret list_connections pid name` shows them.

            EXAMPLES
              leveret close_connection 12 "it misbehaves"
              leveret close_connection "127.0.0.1:50000 -> 127.0.0.1:5672" "maintenance"
            """
    )

    @Argument(help: "The connection's pid or name.")
    var connection: String

    @Argument(help: "What the client is told.")
    var reason: String

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        _ = try broker.client().ask(CloseConnection(connection: connection, reason: reason))
    }
}

struct CloseAllConnectionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close_all_connections",
        abstract: "Close the connections to a virtual host, or all of them.",
        discussion: """
            Prints how many were closed.

            EXAMPLES
              leveret close_all_connections "maintenance"
              leveret close_all_connections -p shop --limit 10 "too many"
              leveret close_all_connections --global "maintenance"
            """
    )

    @Argument(help: "What the clients are told.")
    var reason: String

    @OptionGroup var virtualHost: VirtualHostOption

    @Flag(help: "Those to all virtual hosts.")
    var global = false

    @Option(help: ArgumentHelp("Close so many at the most, the oldest first.", valueName: "count"))
    var limit: UInt32?

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        let request = CloseAllConnections(
            virtualHost: global ? nil : virtualHost.virtualHost,
            limit: limit.map { Int($0) },
            reason: reason
        )
        let count = try broker.client().ask(request)
        try OutputStream.standardOutput.writeLine("closed \(NumberText.counted(count, "connection"))")
    }
}
