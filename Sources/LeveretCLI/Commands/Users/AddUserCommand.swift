import ArgumentParser
import Leveret

struct AddUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add_user",
        abstract: "Add a user, who may enter no virtual host until given permissions.",
        discussion: """
            The password is read from standard input if it is not on the command line, where others can see it. \
            A person is asked for it.

            EXAMPLES
              leveret add_user alice < password.txt
              leveret add_user alice secret
              leveret add_user alice --pre-hashed-password < hash.txt
            """,
        aliases: ["add-user"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The user's name.")
    var name: String

    @Argument(help: "The password, or its hash.")
    var password: String?

    @Flag(help: "The password is a hash as RabbitMQ exports it, of SHA-256.")
    var preHashedPassword = false

    func run() async throws {
        let password = try await PasswordSource.read(password)
        if preHashedPassword {
            _ = try broker.ask(AddUser(name: name, passwordHash: String(decoding: password, as: UTF8.self)))
        } else {
            _ = try broker.ask(AddUser(name: name, password: password))
        }
    }
}
