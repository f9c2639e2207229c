import ArgumentParser
import LeveretClient
import LeveretModel

struct BindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bind",
        abstract: "Let an exchange route messages to a queue or to another exchange.",
        discussion: """
            Binding twice is the same as once.

            EXAMPLES
              leveret bind --exchange events --queue orders --routing-key 'order.*'
              leveret bind --exchange jobs --queue big --argument size=big
              leveret bind --exchange events --to-exchange audit --routing-key '#'
            """
    )

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var binding: BindingOptions

    func run() async throws {
        try await BrokerSession.run(connection, command: "bind") { _, channel in
            let source = ExchangeName(binding.exchange)
            let arguments = FieldTable(binding.arguments)
            if let queue = binding.queue {
                try await channel.bindQueue(
                    QueueName(queue),
                    to: source,
                    routingKey: binding.routingKey,
                    arguments: arguments
                )
            } else if let destination = binding.toExchange {
                try await channel.bindExchange(
                    ExchangeName(destination),
                    to: source,
                    routingKey: binding.routingKey,
                    arguments: arguments
                )
            }
        }
    }
}
