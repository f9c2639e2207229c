import ArgumentParser
import Leveret

struct ClearUserLimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear_user_limits",
        abstract: "Take a limit of a user back, or all of them.",
        discussion: """
            EXAMPLES
              leveret clear_user_limits alice max-channels
              leveret clear_user_limits alice all
            """,
        aliases: ["clear-user-limits"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The user's name.")
    var name: String

    enum Limit: String, ExpressibleByArgument, CaseIterable {
        case maxConnections = "max-connections"
        case maxChannels = "max-channels"
        case all
    }

    @Argument(help: "The limit.")
    var limit: Limit

    func run() throws {
        let none = -1
        let request = UpdateUserLimits(
            name: name,
            maxConnections: limit == .maxChannels ? nil : none,
            maxChannels: limit == .maxConnections ? nil : none
        )
        _ = try broker.ask(request)
    }
}
