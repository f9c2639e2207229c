import ArgumentParser
import Leveret

struct DeleteQueueByOperatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete_queue",
        abstract: "Delete a queue of the running broker, whoever owns it.",
        discussion: """
            Prints how many messages were deleted with it. A queue that does not exist is an error.

            EXAMPLES
              leveret delete_queue orders
              leveret delete_queue -p shop orders --if-empty --if-unused
            """
    )

    @Argument(help: "The queue's name.")
    var queue: String

    @OptionGroup var virtualHost: VirtualHostOption

    @Flag(name: [.customShort("e"), .long], help: "Only if it has no messages; else an error.")
    var ifEmpty = false

    @Flag(name: [.customShort("u"), .long], help: "Only if it has no consumers; else an error.")
    var ifUnused = false

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        let request = DeleteQueue(
            virtualHost: virtualHost.virtualHost,
            queue: queue,
            ifEmpty: ifEmpty,
            ifUnused: ifUnused
        )
        let count = try broker.client().ask(request)
        try OutputStream.standardOutput.writeLine("deleted \(NumberText.counted(count, "message"))")
    }
}

struct PurgeQueueByOperatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge_queue",
        abstract: "Drop the ready messages of a queue of the running broker, whoever owns it.",
        discussion: """
            Messages that a consumer holds unacknowledged stay. Prints how many were dropped.

            EXAMPLES
              leveret purge_queue orders
              leveret purge_queue -p shop orders
            """
    )

    @Argument(help: "The queue's name.")
    var queue: String

    @OptionGroup var virtualHost: VirtualHostOption

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        let count = try broker.client().ask(PurgeQueue(virtualHost: virtualHost.virtualHost, queue: queue))
        try OutputStream.standardOutput.writeLine("purged \(NumberText.counted(count, "message"))")
    }
}
