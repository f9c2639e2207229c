import ArgumentParser
import Leveret

struct SetTopicPermissionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set_topic_permissions",
        abstract: "Restrict the keys that a user may use with a topic exchange.",
        discussion: """
            The expressions are searched for in the routing keys of what the user publishes, and in the binding \
            keys of what the user binds. {username} and {vhost} in them stand for the names of the two.

            EXAMPLES
              leveret set_topic_permissions alice amq.topic '^{username}' '^public'
            """,
        aliases: ["set-topic-permissions"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @Argument(help: "The user's name.")
    var user: String

    @Argument(help: "The topic exchange.")
    var exchange: String

    @Argument(help: "Routing keys that the user may publish by.")
    var write: String

    @Argument(help: "Binding keys that the user may bind by.")
    var read: String

    func run() throws {
        let request = SetTopicPermissions(
            user: user,
            virtualHost: host.virtualHost,
            exchange: exchange,
            write: write,
            read: read
        )
        _ = try broker.ask(request)
    }
}
