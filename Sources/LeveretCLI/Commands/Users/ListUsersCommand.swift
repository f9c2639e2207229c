import ArgumentParser
import Leveret

struct ListUsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list_users",
        abstract: "List the users and their tags.",
        discussion: """
            EXAMPLES
              leveret list_users
              leveret list_users --json
            """,
        aliases: ["list-users"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var output: ListingOptions

    func run() throws {
        var listing = Listing("user", "tags")
        for user in try broker.ask(ListUsers()) { listing.add(.string(user.name), JSONValue(user.tags)) }
        try output.write(listing)
    }
}
