import ArgumentParser
import LeveretModel

/// A binding: from an exchange to a queue or to another exchange.
struct BindingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The exchange that messages come from.", valueName: "name"))
    var exchange: String

    @Option(help: ArgumentHelp("The queue that they go to.", valueName: "name"))
    var queue: String?

    @Option(help: ArgumentHelp("The exchange that they go to, instead of a queue.", valueName: "name"))
    var toExchange: String?

    @Option(
        help: ArgumentHelp("The binding key; in a topic exchange * stands for a word and # for any.", valueName: "key")
    )
    var routingKey = ""

    @Option(
        name: .customLong("argument"),
        help: ArgumentHelp(
            "An argument, as headers exchanges match them; may be repeated. \(TypedArgument.hint)",
            valueName: "name=value"
        )
    )
    var arguments: [TypedArgument] = []

    func validate() throws {
        guard (queue == nil) != (toExchange == nil) else {
            throw ValidationError("say what is bound: either --queue or --to-exchange")
        }
    }
}
