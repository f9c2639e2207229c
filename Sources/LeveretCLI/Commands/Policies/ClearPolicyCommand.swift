import ArgumentParser
import Leveret

struct ClearPolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear_policy",
        abstract: "Remove a policy.",
        discussion: """
            EXAMPLES
              leveret clear_policy limits
              leveret clear_policy -p orders limits
            """,
        aliases: ["clear-policy"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @Argument(help: "The policy's name.")
    var name: String

    func run() throws { _ = try broker.ask(ClearPolicy(name: name, virtualHost: host.virtualHost)) }
}
