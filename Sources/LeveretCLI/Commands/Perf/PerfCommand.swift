import ArgumentParser

struct PerfCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perf",
        abstract: "Measure a broker: rates, latencies, and what a message costs it; or the machine.",
        discussion: """
            Works with any AMQP 0-9-1 broker. Without the name of a measurement it is `load`, whose options \
            `leveret perf load --help` lists.

            EXAMPLES
              As fast as it goes, transient, 16 bytes:
                leveret perf
              Latency at 5,000 messages a second:
                leveret perf --rate 5000 --size 100
              A thousand connections:
                leveret perf connections --connections 1000
              What the machine itself can do:
                leveret perf machine
            """,
        subcommands: [
            PerfLoadCommand.self, PerfMixCommand.self, PerfConnectionsCommand.self, PerfChurnCommand.self,
            PerfProbeCommand.self, PerfMachineCommand.self,
        ],
        defaultSubcommand: PerfLoadCommand.self
    )
}
