import ArgumentParser
import Leveret

struct ListTopicPermissionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list_topic_permissions",
        abstract: "List the topic permissions in a virtual host.",
        discussion: """
            EXAMPLES
              leveret list_topic_permissions
              leveret list_topic_permissions -p orders --json
            """,
        aliases: ["list-topic-permissions"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @OptionGroup var output: ListingOptions

    func run() throws {
        var listing = Listing("user", "exchange", "write", "read")
        for permission in try broker.ask(ListTopicPermissions(virtualHost: host.virtualHost)) {
            listing.add(
                .string(permission.user),
                .string(permission.exchange),
                .string(permission.write),
                .string(permission.read)
            )
        }
        try output.write(listing)
    }
}
