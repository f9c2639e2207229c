import ArgumentParser
import Leveret

struct ListVirtualHostLimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list_vhost_limits",
        abstract: "List the limits of virtual hosts that have any.",
        discussion: """
            EXAMPLES
              leveret list_vhost_limits
              leveret list_vhost_limits -p orders --json
            """,
        aliases: ["list-vhost-limits"]
    )

    @OptionGroup var broker: OperatorOptions

    @OptionGroup var output: ListingOptions

    @Option(
        name: [.customShort("p"), .customLong("vhost")],
        help: ArgumentHelp("Only this virtual host.", valueName: "vhost")
    )
    var virtualHost: String?

    func run() throws {
        var listing = Listing("vhost", "max-connections", "max-queues")
        for host in try broker.ask(ListVirtualHosts()) where isWanted(host) {
            listing.add(.string(host.name), JSONValue(host.maxConnections), JSONValue(host.maxQueues))
        }
        try output.write(listing)
    }

    private func isWanted(_ host: VirtualHostInformation) -> Bool {
        guard host.maxConnections != nil || host.maxQueues != nil else { return false }
        return virtualHost == nil || virtualHost == host.name
    }
}
