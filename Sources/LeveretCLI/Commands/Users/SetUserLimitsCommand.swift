import ArgumentParser
import Leveret

struct SetUserLimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set_user_limits",
        abstract: "Limit the connections and channels of a user.",
        discussion: """
            The limits are a JSON object; those that it does not name stay, a negative one is none. They count \
            for what is opened from now on; one connection or channel more is refused with 530.

            EXAMPLES
              leveret set_user_limits alice '{"max-connections": 10, "max-channels": 100}'
            """,
        aliases: ["set-user-limits"]
    )

    @OptionGroup var broker: OperatorOptions

    @Argument(help: "The user's name.")
    var name: String

    @Argument(help: "The limits: max-connections, max-channels.")
    var limits: String

    func run() throws {
        let limits = try LimitsArgument.parse(limits, keys: ["max-connections", "max-channels"])
        let request = UpdateUserLimits(
            name: name,
            maxConnections: limits["max-connections"],
            maxChannels: limits["max-channels"]
        )
        _ = try broker.ask(request)
    }
}
