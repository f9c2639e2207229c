import ArgumentParser
import LeveretClient

/// How a command finds its broker.
struct ConnectionOptions: ParsableArguments {
    static let defaultURL = "amqp://guest:guest@127.0.0.1:5672"

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            The broker: amqp://user:password@host:port/virtual-host, amqps:// for TLS (with ?cacertfile=PATH and \
            others), or amqp+unix:///path/of/its/socket. Default: $LEVERET_URL or \(defaultURL)
            """,
            valueName: "url"
        )
    )
    var url: String?

    /// The broker that is meant: by the option, else by the environment, else the one on this machine.
    ///
    /// - Throws: `ConnectionStringError`.
    func configuration(environment: (String) -> String? = Environment.value) throws -> ConnectionConfiguration {
        let text = url ?? environment("LEVERET_URL") ?? Self.defaultURL
        return try ConnectionConfiguration(text)
    }
}
