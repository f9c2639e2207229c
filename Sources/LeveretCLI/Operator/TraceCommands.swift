import ArgumentParser
import Leveret

struct TraceOnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace_on",
        abstract: "Copy what is published and delivered in a virtual host to its exchange amq.rabbitmq.trace.",
        discussion: """
            The keys of the copies are `publish.EXCHANGE` and `deliver.QUEUE`. It costs time; it is off after a start \
            of the broker.

            EXAMPLES
              leveret trace_on
              leveret bind --exchange amq.rabbitmq.trace --queue trace --routing-key '#'
              leveret consume --queue trace
              leveret trace_off
            """
    )

    @OptionGroup var virtualHost: VirtualHostOption

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        _ = try broker.client().ask(SetTracing(virtualHost: virtualHost.virtualHost, isOn: true))
    }
}

struct TraceOffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace_off",
        abstract: "Stop copying the messages of a virtual host to amq.rabbitmq.trace.",
        discussion: """
            EXAMPLES
              leveret trace_off -p shop
            """
    )

    @OptionGroup var virtualHost: VirtualHostOption

    @OptionGroup var broker: OperatorOptions

    func run() throws {
        _ = try broker.client().ask(SetTracing(virtualHost: virtualHost.virtualHost, isOn: false))
    }
}
