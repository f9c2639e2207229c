import ArgumentParser
import Leveret

struct AuthenticateUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authenticate_user",
        abstract: "Find out whether a user may log in by a password.",
        discussion: """
            Exit status 4 if not. The password is read from standard input if it is not on the command line.

            EXAMPLES
              leveret authenticate_user alice < password.txt
              leveret authenticate_user alice secret
            """,
        aliases: ["authenticate-user"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The user's name.")
    var name: String

    @Argument(help: "The password.")
    var password: String?

    func run() async throws {
        _ = try broker.ask(AuthenticateUser(name: name, password: try await PasswordSource.read(password)))
        try OutputStream.standardOutput.writeLine("success")
    }
}
