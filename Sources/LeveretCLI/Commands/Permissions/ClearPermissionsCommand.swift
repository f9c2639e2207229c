import ArgumentParser
import Leveret

struct ClearPermissionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear_permissions",
        abstract: "Take a user's permissions in a virtual host back.",
        discussion: """
            Connections that are there stay, and may do nothing more.

            EXAMPLES
              leveret clear_permissions -p orders alice
            """,
        aliases: ["clear-permissions"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @Argument(help: "The user's name.")
    var user: String

    func run() throws { _ = try broker.ask(ClearPermissions(user: user, virtualHost: host.virtualHost)) }
}
