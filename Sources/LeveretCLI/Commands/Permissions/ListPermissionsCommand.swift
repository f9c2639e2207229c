import ArgumentParser
import Leveret

struct ListPermissionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list_permissions",
        abstract: "List who may do what in a virtual host.",
        discussion: """
            EXAMPLES
              leveret list_permissions
              leveret list_permissions -p orders --json
            """,
        aliases: ["list-permissions"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @OptionGroup var output: ListingOptions

    func run() throws {
        var listing = Listing("user", "configure", "write", "read")
        for permission in try broker.ask(ListPermissions(virtualHost: host.virtualHost)) {
            listing.add(
                .string(permission.user),
                .string(permission.configure),
                .string(permission.write),
                .string(permission.read)
            )
        }
        try output.write(listing)
    }
}
