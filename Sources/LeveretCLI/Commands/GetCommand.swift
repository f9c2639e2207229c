import ArgumentParser
import LeveretModel

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Take the next message off a queue, if there is one.",
        discussion: """
            Prints the body and a line's end, and acknowledges the message. With --requeue it stays in its place. An empty queue is exit status 1, so that \
            a script can loop. For more than a few messages `leveret consume` is the faster way.

            EXAMPLES
              leveret get --queue hello
              leveret get --queue orders --count 3 --json
              leveret get --queue orders --requeue
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("The queue.", valueName: "name"))
    var queue: String

    @Option(help: ArgumentHelp("Take so many messages, or fewer if there are not so many.", valueName: "number"))
    var count: UInt64 = 1

    @Flag(help: "Print a JSON object per message.")
    var json = false

    @Flag(help: "Put the messages back.")
    var requeue = false

    func validate() throws {
        guard !queue.isEmpty, queue.utf8.count <= 255 else { throw ValidationError("--queue needs 1 to 255 bytes") }
        guard count > 0 else { throw ValidationError("--count must be over 0") }
    }

    func run() async throws {
        let taken = try await BrokerSession.run(connection, command: "get") { _, channel in
            var taken: UInt64 = 0
            while taken < count, let delivery = try await channel.get(QueueName(queue)) {
                try DeliveryWriter(isJSON: json).write([delivery])
                // What is to be put back stays unacknowledged until the channel closes; so it is not got twice.
                if !requeue { try await delivery.ack() }
                taken += 1
            }
            return taken
        }
        guard taken == 0 else { return }
        throw CommandFailure(.failed, "the queue \"\(queue)\" is empty")
    }
}
