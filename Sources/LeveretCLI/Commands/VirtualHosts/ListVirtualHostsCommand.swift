import ArgumentParser
import Leveret

struct ListVirtualHostsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list_vhosts",
        abstract: "List the virtual hosts.",
        discussion: """
            EXAMPLES
              leveret list_vhosts
              leveret list_vhosts --json
            """,
        aliases: ["list-vhosts"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var output: ListingOptions

    func run() throws {
        var listing = Listing("name", "description", "tags", "default_queue_type")
        for host in try broker.ask(ListVirtualHosts()) {
            listing.add(
                .string(host.name),
                .string(host.description),
                JSONValue(host.tags),
                host.defaultQueueType.map(JSONValue.string) ?? .null
            )
        }
        try output.write(listing)
    }
}
