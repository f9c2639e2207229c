import ArgumentParser
import Leveret

struct DeleteVirtualHostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete_vhost",
        abstract: "Delete a virtual host with everything in it.",
        discussion: """
            Its connections are closed; its exchanges, queues, messages, permissions and policies are gone.

            EXAMPLES
              leveret delete_vhost orders
            """,
        aliases: ["delete-vhost"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The name.")
    var name: String

    func run() throws { _ = try broker.ask(DeleteVirtualHost(name: name)) }
}
