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

    @OptionGroup var options: ServeOptions

    func run() async throws {
        try await Daemon(settings: try ServeSettings.resolve(options)).run()
    }
}
