import ArgumentParser
import Leveret

struct SetVirtualHostLimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set_vhost_limits",
        abstract: "Limit the connections and queues of a virtual host.",
        discussion: """
            The limits are a JSON object and take the place of all that were set; a negative one is none. They \
            count for what comes from now on: one connection more is refused with 530, one queue more with 406.

            EXAMPLES
              leveret set_vhost_limits -p orders '{"max-connections": 9, "max-queues": 99}'
            """,
        aliases: ["set-vhost-limits"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var host: VirtualHostOption

    @Argument(help: "The limits: max-connections, max-queues.")
    var limits: String

    func run() throws {
        let limits = try LimitsArgument.parse(limits, keys: ["max-connections", "max-queues"])
        let request = SetVirtualHostLimits(
            name: host.virtualHost,
            maxConnections: limits["max-connections"],
            maxQueues: limits["max-queues"]
        )
        _ = try broker.ask(request)
    }
}
