import ArgumentParser
import Leveret

struct QueuesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues",
        abstract: "Show the queues of a running broker on this machine.",
        discussion: """
            Talks to the broker through a socket in its data directory, so that whoever may read the data may ask, \
            and nobody else.

            EXAMPLES
              leveret queues
              leveret queues --data /var/lib/leveret --json
            """
    )

    @Option(
        help: ArgumentHelp(
            "The broker's data directory. Default: $LEVERET_DATA, or as for serve.",
            valueName: "directory"
        )
    )
    var data: String?

    @Flag(help: "Print a JSON object per queue.")
    var json = false

    func run() throws {
        let client = OperatorClient(directory: try DataDirectoryPath.resolve(data))
        let queues = try client.ask(ListQueues())
        try OutputStream.standardOutput.writeLines(json ? queues.map { Self.json($0).text } : Self.table(queues).lines)
    }

    static func table(_ queues: [QueueSummary]) -> Table {
        // Most brokers have one virtual host, whose name would only be noise.
        let showsHost = queues.contains { $0.virtualHost != "/" }
        var table = Table(
            (showsHost ? [.left("VHOST")] : []) + [
                .left("QUEUE"), .right("READY"), .right("UNACKED"), .right("CONSUMERS"), .right("BYTES"),
                .left("FEATURES"),
            ]
        )
        for queue in queues {
            table.add(
                (showsHost ? [queue.virtualHost] : []) + [
                    queue.name,
                    NumberText.grouped(queue.ready),
                    NumberText.grouped(queue.unacknowledged),
                    NumberText.grouped(queue.consumers),
                    NumberText.grouped(queue.readyBytes),
                    features(of: queue),
                ]
            )
        }
        return table
    }

    private static func features(of queue: QueueSummary) -> String {
        let features = [("durable", queue.durable), ("exclusive", queue.exclusive), ("auto-delete", queue.autoDelete)]
        return features.filter(\.1).map(\.0).joined(separator: " ")
    }

    static func json(_ queue: QueueSummary) -> JSONValue {
        [
            "virtual_host": .string(queue.virtualHost),
            "name": .string(queue.name),
            "durable": .boolean(queue.durable),
            "exclusive": .boolean(queue.exclusive),
            "auto_delete": .boolean(queue.autoDelete),
            "ready": .integer(Int64(queue.ready)),
            "unacknowledged": .integer(Int64(queue.unacknowledged)),
            "consumers": .integer(Int64(queue.consumers)),
            "ready_bytes": .integer(Int64(queue.readyBytes)),
        ]
    }
}
