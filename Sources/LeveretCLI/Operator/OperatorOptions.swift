import ArgumentParser

/// Which running broker an operator's command is for.
struct OperatorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The broker's data directory. Default: $LEVERET_DATA, or as for serve.",
            valueName: "directory"
        )
    )
    var data: String?

    func client() throws -> OperatorClient {
        OperatorClient(directory: try DataDirectoryPath.resolve(data))
    }
}

/// Which of its virtual hosts.
struct VirtualHostOption: ParsableArguments {
    @Option(
        name: [.customShort("p"), .customLong("vhost")],
        help: ArgumentHelp("The virtual host.", valueName: "name")
    )
    var virtualHost = "/"
}
