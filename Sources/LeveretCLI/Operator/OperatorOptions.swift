import ArgumentParser
import Leveret

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

    /// Sends a request to the broker and gives its answer.
    func ask<Request: OperatorRequest>(_ request: Request) throws -> Request.Answer {
        try client().ask(request)
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
