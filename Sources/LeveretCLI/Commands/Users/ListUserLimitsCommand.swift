import ArgumentParser
import Leveret

struct ListUserLimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list_user_limits",
        abstract: "List the limits of users who have any.",
        discussion: """
            EXAMPLES
              leveret list_user_limits
              leveret list_user_limits --user alice --json
            """,
        aliases: ["list-user-limits"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var output: ListingOptions

    @Option(help: ArgumentHelp("Only this user.", valueName: "name"))
    var user: String?

    func run() throws {
        var listing = Listing("user", "max-connections", "max-channels")
        for user in try broker.ask(ListUsers()) where isWanted(user) {
            listing.add(.string(user.name), JSONValue(user.maxConnections), JSONValue(user.maxChannels))
        }
        try output.write(listing)
    }

    private func isWanted(_ user: UserInformation) -> Bool {
        guard user.maxConnections != nil || user.maxChannels != nil else { return false }
        return self.user == nil || self.user == user.name
    }
}
