import ArgumentParser
import Leveret

struct DeleteUserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete_user",
        abstract: "Delete a user with all permissions, and close the user's connections.",
        discussion: """
            EXAMPLES
              leveret delete_user alice
            """,
        aliases: ["delete-user"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The user's name.")
    var name: String

    func run() throws { _ = try broker.ask(DeleteUser(name: name)) }
}
