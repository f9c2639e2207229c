import ArgumentParser
import Leveret

struct UpdateVirtualHostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update_vhost_metadata",
        abstract: "Change what a virtual host is described by.",
        discussion: """
            What is not given stays. The default queue type counts for queues that are declared from now on.

            EXAMPLES
              leveret update_vhost_metadata orders --description "the new shop"
              leveret update_vhost_metadata orders --default-queue-type ""
            """,
        aliases: ["update-vhost-metadata"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The name.")
    var name: String

    @Option(help: "For people.")
    var description: String?

    @Option(help: ArgumentHelp("Words for people and tools, with commas between them.", valueName: "tags"))
    var tags: String?

    @Option(help: ArgumentHelp("The type of queues that are declared without one; empty is none.", valueName: "type"))
    var defaultQueueType: String?

    func run() throws {
        let request = UpdateVirtualHost(
            name: name,
            description: description,
            tags: tags?.split(separator: ",").map(String.init),
            defaultQueueType: defaultQueueType
        )
        _ = try broker.ask(request)
    }
}
