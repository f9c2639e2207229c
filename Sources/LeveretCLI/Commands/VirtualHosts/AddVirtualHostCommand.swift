import ArgumentParser
import Leveret

struct AddVirtualHostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add_vhost",
        abstract: "Add a virtual host.",
        discussion: """
            Nobody may enter it before set_permissions.

            EXAMPLES
              leveret add_vhost orders
              leveret add_vhost orders --description "the shop" --default-queue-type quorum
            """,
        aliases: ["add-vhost"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The name.")
    var name: String

    @Option(help: "For people.")
    var description = ""

    @Option(help: ArgumentHelp("Words for people and tools, with commas between them.", valueName: "tags"))
    var tags: String?

    @Option(help: ArgumentHelp("The type of queues that are declared without one.", valueName: "type"))
    var defaultQueueType: String?

    func run() throws {
        let request = AddVirtualHost(
            name: name,
            description: description,
            tags: tags?.split(separator: ",").map(String.init) ?? [],
            defaultQueueType: defaultQueueType
        )
        _ = try broker.ask(request)
    }
}
