import ArgumentParser
import Leveret

struct ListUserPermissionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list_user_permissions",
        abstract: "List what a user may do in which virtual hosts.",
        discussion: """
            EXAMPLES
              leveret list_user_permissions alice
            """,
        aliases: ["list-user-permissions"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var output: ListingOptions

    @Argument(help: "The user's name.")
    var user: String

    func run() throws {
        var listing = Listing("vhost", "configure", "write", "read")
        for permission in try broker.ask(ListPermissions(user: user)) {
            listing.add(
                .string(permission.virtualHost),
                .string(permission.configure),
                .string(permission.write),
                .string(permission.read)
            )
        }
        try output.write(listing)
    }
}
