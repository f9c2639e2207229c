import ArgumentParser
import Leveret

struct SetUserTagsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set_user_tags",
        abstract: "Give a user these tags and no others.",
        discussion: """
            `administrator` and `monitoring` mean something to tools; `impersonator` lets the user publish in \
            other users' names.

            EXAMPLES
              leveret set_user_tags alice administrator
              leveret set_user_tags alice
            """,
        aliases: ["set-user-tags"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The user's name.")
    var name: String

    @Argument(help: "The tags; none takes all away.")
    var tags: [String] = []

    func run() throws { _ = try broker.ask(SetUserTags(name: name, tags: tags)) }
}
