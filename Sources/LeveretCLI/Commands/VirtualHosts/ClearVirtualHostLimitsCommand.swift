import ArgumentParser
import Leveret

struct ClearVirtualHostLimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear_vhost_limits",
        abstract: "Take all limits of a virtual host back.",
        discussion: """
            EXAMPLES
              leveret clear_vhost_limits -p orders
            """,
        aliases: ["clear-vhost-limits"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    func run() throws { _ = try broker.ask(SetVirtualHostLimits(name: host.virtualHost)) }
}
