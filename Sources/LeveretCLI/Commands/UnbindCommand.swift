import ArgumentParser
import LeveretClient
import LeveretModel

struct UnbindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unbind",
        abstract: "Remove a binding.",
        discussion: """
            Key and arguments must be those of the binding. A missing binding is no error.

            EXAMPLES
              leveret unbind --exchange events --queue orders --routing-key 'order.*'
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var binding: BindingOptions

    func run() async throws {
        try await BrokerSession.run(connection, command: "unbind") { _, channel in
            let source = ExchangeName(binding.exchange)
            let arguments = FieldTable(binding.arguments)
            if let queue = binding.queue {
                try await channel.unbindQueue(
                    QueueName(queue),
                    from: source,
                    routingKey: binding.routingKey,
                    arguments: arguments
                )
            } else if let destination = binding.toExchange {
                try await channel.unbindExchange(
                    ExchangeName(destination),
                    from: source,
                    routingKey: binding.routingKey,
                    arguments: arguments
                )
            }
        }
    }
}
