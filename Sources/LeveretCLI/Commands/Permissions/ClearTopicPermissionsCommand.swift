import ArgumentParser
import Leveret

struct ClearTopicPermissionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear_topic_permissions",
        abstract: "Take a user's topic permissions back: for one exchange, or for all of a virtual host.",
        discussion: """
            EXAMPLES
              leveret clear_topic_permissions alice amq.topic
              leveret clear_topic_permissions -p orders alice
            """,
        aliases: ["clear-topic-permissions"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @Argument(help: "The user's name.")
    var user: String

    @Argument(help: "The topic exchange; without one, all.")
    var exchange: String?

    func run() throws {
        _ = try broker.ask(ClearTopicPermissions(user: user, virtualHost: host.virtualHost, exchange: exchange))
    }
}
