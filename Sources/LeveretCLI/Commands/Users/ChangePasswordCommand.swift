import ArgumentParser
import Leveret

struct ChangePasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change_password",
        abstract: "Give a user another password.",
        discussion: """
            Connections that are there stay. The password is read from standard input if it is not on the \
            command line.

            EXAMPLES
              leveret change_password alice < password.txt
              leveret change_password alice secret
            """,
        aliases: ["change-password"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The user's name.")
    var name: String

    @Argument(help: "The password.")
    var password: String?

    func run() async throws {
        _ = try broker.ask(ChangePassword(name: name, password: try await PasswordSource.read(password)))
    }
}
