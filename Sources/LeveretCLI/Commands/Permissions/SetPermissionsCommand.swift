import ArgumentParser
import Leveret

struct SetPermissionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set_permissions",
        abstract: "Set what a user may do in a virtual host.",
        discussion: """
            Each right is a regular expression that is searched for in the names of queues and exchanges; an \
            empty one grants nothing. It counts at once, also for connections that are there.

            EXAMPLES
              leveret set_permissions alice '.*' '.*' '.*'
              leveret set_permissions -p shop alice '^alice' '^(alice|amq\\.default$)' '.*'
            """,
        aliases: ["set-permissions"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @Argument(help: "The user's name.")
    var user: String

    @Argument(help: "What the user may declare and delete.")
    var configure: String

    @Argument(help: "What the user may publish to, and bind.")
    var write: String

    @Argument(help: "What the user may consume, get and purge, and bind to.")
    var read: String

    func run() throws {
        let request = SetPermissions(
            user: user,
            virtualHost: host.virtualHost,
            configure: configure,
            write: write,
            read: read
        )
        _ = try broker.ask(request)
    }
}
