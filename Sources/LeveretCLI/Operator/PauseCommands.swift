import ArgumentParser
import Leveret

struct PauseQueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause_queue",
        abstract: "Hold a queue of the running broker up: nothing is delivered from it.",
        discussion: """
            Messages still come in, wait and expire; what consumers have stays theirs. A durable queue stays paused \
            over a restart of the broker. list_queues shows it as its state.

            EXAMPLES
              leveret pause_queue orders
              leveret list_queues name state messages
            """
    )

    @Argument(help: "The queue's name.")
    var queue: String

    @OptionGroup var virtualHost: VirtualHostOption

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        _ = try broker.ask(SetPaused(virtualHost: virtualHost.virtualHost, queue: queue, isPaused: true))
    }
}

struct ResumeQueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume_queue",
        abstract: "Let a paused queue of the running broker go on.",
        discussion: """
            EXAMPLES
              leveret resume_queue orders
            """
    )

    @Argument(help: "The queue's name.")
    var queue: String

    @OptionGroup var virtualHost: VirtualHostOption

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        _ = try broker.ask(SetPaused(virtualHost: virtualHost.virtualHost, queue: queue, isPaused: false))
    }
}
