import ArgumentParser
import LeveretClient
import LeveretModel

struct ConsumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consume",
        abstract: "Take messages from a queue as they come.",
        discussion: """
            Prints each body and a line's end, and acknowledges what is printed. With --json each message is an \
            object on a line of its own, with its properties; a body that is not UTF-8 is in base64. With --exec a \
            shell command gets each body on its standard input, one at a time: status 0 acknowledges the message, \
            any other drops it (into the dead letter exchange, if the queue has one), or puts it back with \
            --requeue. The command finds LEVERET_ROUTING_KEY, LEVERET_EXCHANGE, LEVERET_REDELIVERED, \
            LEVERET_CONTENT_TYPE, LEVERET_MESSAGE_ID, LEVERET_CORRELATION_ID, LEVERET_REPLY_TO, LEVERET_TYPE and \
            LEVERET_HEADERS (JSON) in its environment.

            Ends after --count messages, when interrupted, or when nobody reads its output; what is unacknowledged \
            then goes back into the queue.

            EXAMPLES
              leveret consume --queue hello
              leveret consume --queue orders --count 10 --json
              leveret consume --queue pictures --exec './shrink "$LEVERET_MESSAGE_ID"'
              Look at the first messages and leave them where they are:
                leveret consume --queue orders --count 5 --requeue
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("The queue.", valueName: "name"))
    var queue: String

    @Flag(help: "Declare the queue, durable, if there is none of that name.")
    var declare = false

    @Option(help: ArgumentHelp("End after so many messages.", valueName: "number"))
    var count: UInt64?

    @Option(
        help: ArgumentHelp(
            "How many messages may be unacknowledged; 0 is no limit. Default: 100, with --exec 1.",
            valueName: "number"
        )
    )
    var prefetch: UInt16?

    @Flag(help: "Print a JSON object per message.")
    var json = false

    @Option(help: ArgumentHelp("Run a shell command for each message.", valueName: "command"))
    var exec: String?

    @Flag(help: "With --exec: put back what the command failed on. With --count: put back everything.")
    var requeue = false

    @Flag(help: "Messages count as acknowledged when they are sent.")
    var noAck = false

    func validate() throws {
        guard !queue.isEmpty, queue.utf8.count <= 255 else { throw ValidationError("--queue needs 1 to 255 bytes") }
        if count == 0 { throw ValidationError("--count must be over 0") }
        if json, exec != nil { throw ValidationError("--json does not go with --exec") }
        if noAck, count != nil {
            throw ValidationError("--no-ack with --count would lose the messages beyond the count; leave one away")
        }
        if noAck, requeue { throw ValidationError("--no-ack and --requeue exclude each other") }
        guard requeue, exec == nil else { return }
        guard let count, count <= UInt16.max else {
            throw ValidationError("--requeue goes with --exec, or with a --count of at most 65535")
        }
        guard prefetch.map({ $0 == 0 || $0 >= count }) ?? true else {
            throw ValidationError("to look at \(count) messages, --prefetch must not be less")
        }
    }

    func run() async throws {
        let outcome = try await Interruption.catching {
            try await BrokerSession.run(connection, command: "consume") { connection, channel in
                let channel =
                    declare ? try await BrokerSession.openChannel(declaring: queue, on: connection) : channel
                return try await consumption(on: channel).run()
            }
        }
        guard let outcome else { return }
        if outcome.failedCommands > 0 {
            throw CommandFailure(
                .failed,
                "the command failed for \(outcome.failedCommands) of \(NumberText.counted(outcome.taken, "message"))"
            )
        }
        if let count, outcome.taken < count {
            throw CommandFailure(
                .failed,
                "interrupted after \(outcome.taken) of \(NumberText.counted(count, "message"))"
            )
        }
    }

    private func consumption(on channel: ClientChannel) -> Consumption {
        let isLooking = requeue && exec == nil
        let usual: UInt16 = isLooking ? 0 : exec == nil ? 100 : 1
        return Consumption(
            channel: channel,
            queue: QueueName(queue),
            allowance: DeliveryAllowance(limit: count, wantedPrefetch: prefetch ?? usual),
            noAcknowledge: noAck,
            handling: exec.map { .execute(DeliveryCommand(command: $0), requeues: requeue) }
                ?? .print(DeliveryWriter(isJSON: json), leaves: isLooking)
        )
    }
}
