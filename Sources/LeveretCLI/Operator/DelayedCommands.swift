import ArgumentParser
import Leveret

struct ListDelayedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list_delayed",
        abstract: "Show the messages of a queue whose time has not come.",
        discussion: """
            Those due next come first, with the number that cancel_delayed takes. A repeated message stays here while \
            copies of it are delivered.

            EXAMPLES
              leveret list_delayed reminders
              leveret list_delayed -p shop reminders --limit 10 --json
            """
    )

    @Argument(help: "The queue's name.")
    var queue: String

    @OptionGroup var virtualHost: VirtualHostOption

    @Option(help: ArgumentHelp("How many to show at the most.", valueName: "count"))
    var limit = 100

    @Flag(help: "Print a JSON object per message.")
    var json = false

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        let request = ListDelayed(virtualHost: virtualHost.virtualHost, queue: queue, limit: limit)
        var listing = Listing("number", "due_at", "bytes", "returns", "repeats")
        for message in try broker.ask(request) {
            listing.add(
                .integer(Int64(clamping: message.number)),
                .integer(Int64(clamping: message.dueAt)),
                .integer(Int64(message.size)),
                .integer(Int64(message.returns)),
                .boolean(message.repeats)
            )
        }
        try OutputStream.standardOutput.writeLines(json ? listing.jsonLines : listing.tableLines)
    }
}

struct CancelDelayedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel_delayed",
        abstract: "Drop a message of a queue whose time has not come.",
        discussion: """
            The number is that of list_delayed. A repeated message is repeated no more. A message that is not there any more is an error.

            EXAMPLES
              leveret cancel_delayed reminders 17
            """
    )

    @Argument(help: "The queue's name.")
    var queue: String

    @Argument(help: "The message's number.")
    var number: UInt64

    @OptionGroup var virtualHost: VirtualHostOption

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        _ = try broker.ask(CancelDelayed(virtualHost: virtualHost.virtualHost, queue: queue, number: number))
    }
}
