import ArgumentParser
import Leveret

/// The one binary: the daemon and all tools.
@main
struct LeveretCommand: AsyncParsableCommand {
    static let name = "leveret"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "A message broker that speaks AMQP 0-9-1, and its tools.",
        discussion: """
            EXIT STATUS
            \(ExitStatus.table)
            """,
        version: LeveretVersion.current,
        subcommands: [
            ServeCommand.self, DemoCommand.self, PublishCommand.self, ConsumeCommand.self, GetCommand.self,
            DeclareCommand.self, DeleteCommand.self, BindCommand.self, UnbindCommand.self, PurgeCommand.self,
            QueuesCommand.self, CheckCommand.self, PerfCommand.self, StatusCommand.self,
            OutboxCommand.self, BackupCommand.self, SalvageCommand.self,
            ListCommand<QueueListing>.self, ListCommand<ExchangeListing>.self, ListCommand<BindingListing>.self,
            ListCommand<ConnectionListing>.self, ListCommand<ChannelListing>.self, ListCommand<ConsumerListing>.self,
            CloseConnectionCommand.self, CloseAllConnectionsCommand.self, DeleteQueueByOperatorCommand.self,
            PurgeQueueByOperatorCommand.self, PauseQueueCommand.self, ResumeQueueCommand.self, ListDelayedCommand.self,
            CancelDelayedCommand.self,
            SetMemoryWatermarkCommand.self, SetDiskFreeLimitCommand.self,
            TraceOnCommand.self, TraceOffCommand.self,
        ],
        groupedSubcommands: OperatorCommands.groups
    )

    static func main() async {
        await CommandRunner.run(CommandLine.arguments.dropFirst())
    }
}
