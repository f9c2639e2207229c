import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
    // Part of another command, it is not asked for a completion script when it is parsed alone at a start.
    static let configuration = CommandConfiguration(
        commandName: "serve",
        _superCommandName: LeveretCommand.name,
        abstract: "Run the broker.",
        discussion: """
            Prints `listening on HOST:PORT` on standard output once clients can connect, then where the data lies. \
            Logs go to standard error. SIGTERM or SIGINT ends it cleanly: clients are told, and everything is on \
            disk; a second signal ends it at once, which loses nothing that was confirmed. With TLS, SIGHUP makes it \
            read its certificate again.

            Each option can also be set by an environment variable, such as LEVERET_PORT or LEVERET_FRAME_MAX, or in \
            a JSON file: {"port": 5673, "data": "/var/lib/leveret"}. The command line comes before the environment, \
            that before the file. The first login is guest with the password guest, from this machine only.

            EXAMPLES
              leveret serve
              leveret serve --host 0.0.0.0 --data /var/lib/leveret
              leveret serve --port 0 --in-memory
              leveret serve --tls-certificate server.pem --tls-key server.key
            """
    )

    // All values are texts: they are read like those of the other sources of settings.
    @Option(help: ArgumentHelp("The address to listen on. Default: 127.0.0.1", valueName: "host"))
    var host: String?

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one. Default: 5672", valueName: "number"))
    var port: String?

    @OptionGroup(title: "TLS, socket files and logins")
    var transport: TransportOptions

    @Option(
        help: ArgumentHelp(
            "Where messages and definitions are kept. Default: $XDG_DATA_HOME/leveret or ~/.local/share/leveret",
            valueName: "directory"
        )
    )
    var data: String?

    @Flag(help: "Keep everything in memory: nothing survives the broker's end.")
    var inMemory = false

    @Option(
        help: ArgumentHelp(
            """
            What a confirm promises: full survives the loss of power, normal the death of the process, off that too \
            but not a damaged database. Default: full
            """,
            valueName: "full|normal|off"
        )
    )
    var durability: String?

    @Option(
        help: ArgumentHelp(
            "Time between heartbeats that is proposed to clients; 0 is none. Default: 60",
            valueName: "seconds"
        )
    )
    var heartbeat: String?

    @Option(help: ArgumentHelp("The largest frame; at least 4096. Default: 131072", valueName: "bytes"))
    var frameMax: String?

    @Option(help: ArgumentHelp("Channels that a connection may open. Default: 2047", valueName: "number"))
    var channelMax: String?

    @Flag(
        help: """
            Let basic.qos change the consumers that a channel has, and not only those to come as in RabbitMQ. For \
            clients that change the prefetch of a running consumer, such as Celery's workers.
            """
    )
    var qosAppliesToExisting = false

    @Option(
        help: ArgumentHelp(
            "The largest message body that is taken; at most 512MiB. Default: 16MiB",
            valueName: "bytes"
        )
    )
    var maxMessageSize: String?

    @Option(
        help: ArgumentHelp(
            "How long clients may take to leave when the broker ends. Default: 5",
            valueName: "seconds"
        )
    )
    var shutdownGrace: String?

    @Option(
        help: ArgumentHelp(
            """
            Memory of the process above which publishers have to wait: a part of the machine's memory, or an amount \
            such as 2GB. Default: 0.6
            """,
            valueName: "part|bytes"
        )
    )
    var vmMemoryHighWatermark: String?

    @Option(
        help: ArgumentHelp(
            """
            Free space at the data directory below which publishers have to wait: an amount such as 500MB, or a part \
            of the machine's memory. Default: 256MiB
            """,
            valueName: "bytes|part"
        )
    )
    var diskFreeLimit: String?

    @Option(
        help: ArgumentHelp("trace, debug, info, notice, warning, error or critical. Default: info", valueName: "level")
    )
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "A JSON file with settings, named like these options. Default: $LEVERET_CONFIG",
            valueName: "path"
        )
    )
    var config: String?

    func run() async throws {
        try await Daemon(settings: try settings()).run()
    }

    /// What is wrong with a setting is told with how the command is used, as is all that is wrong with a command line.
    private func settings() throws(CommandFailure) -> ServeSettings {
        do {
            return try ServeSettings.resolve(self)
        } catch {
            let full = Self.fullMessage(for: ValidationError(error.text))
            guard error.status == .usage, let usage = Ending.usageLine(in: full) else { throw error }
            throw CommandFailure(.usage, "\(error.text)\n\(usage)")
        }
    }
}
