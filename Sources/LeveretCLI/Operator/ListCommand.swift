import ArgumentParser
import Leveret

/// A listing with the words of its command.
protocol CommandListing: OperatorListing {
    static var commandName: String { get }
    static var abstract: String { get }
    static var examples: [String] { get }
}

/// One of the `list_` commands: prints chosen columns, a row a line.
struct ListCommand<Listing: CommandListing>: ParsableCommand {
    static var configuration: CommandConfiguration {
        let columns = Listing.allColumns.map(\.name).joined(separator: ", ")
        return CommandConfiguration(
            commandName: Listing.commandName,
            abstract: Listing.abstract,
            discussion: """
                Prints the columns that are named, in that order, with tabs between them and their names in the \
                first line. Without names it prints \(Listing.defaultColumns.joined(separator: ", ")).

                COLUMNS
                  \(columns)

                EXAMPLES
                \(Listing.examples.map { "  leveret \(Listing.commandName)\($0)" }.joined(separator: "\n"))
                """
        )
    }

    @Argument(help: ArgumentHelp("The columns.", valueName: "column"))
    var columns: [String] = []

    @OptionGroup var virtualHost: VirtualHostOption

    @OptionGroup var broker: OperatorOptions

    @Flag(help: "Print a JSON object per row.")
    var json = false

    @Flag(name: [.customLong("no-table-headers"), .customShort("s"), .customLong("silent")], help: "Print rows only.")
    var noTableHeaders = false

    @Flag(name: .shortAndLong, help: "Accepted as by rabbitmqctl; nothing but the table is printed anyway.")
    var quiet = false

    func run() throws {
        let columns = columns.isEmpty ? Listing.defaultColumns : columns
        let rows = try broker.client().ask(Listing(columns: columns, virtualHost: virtualHost.virtualHost))
        try OutputStream.standardOutput.writeLines(
            json ? rows.map { Self.json($0, columns) } : Self.lines(rows, titles: noTableHeaders ? [] : columns)
        )
    }

    static func lines(_ rows: [[OperatorValue]], titles: [String]) -> [String] {
        let header = titles.isEmpty ? [] : [titles.joined(separator: "\t")]
        return header + rows.map { $0.map(\.text).joined(separator: "\t") }
    }

    private static func json(_ row: [OperatorValue], _ columns: [String]) -> String {
        JSONValue.object(zip(columns, row).map { .init(name: $0, value: $1.json) }).text
    }
}

// MARK: - The listings

extension QueueListing: CommandListing {
    static var commandName: String { "list_queues" }
    static var abstract: String { "List the queues of a virtual host." }
    static var examples: [String] { ["", " name messages_ready consumers", " -p shop --json"] }
}

extension ExchangeListing: CommandListing {
    static var commandName: String { "list_exchanges" }
    static var abstract: String { "List the exchanges of a virtual host." }
    static var examples: [String] { ["", " name type durable arguments"] }
}

extension BindingListing: CommandListing {
    static var commandName: String { "list_bindings" }
    static var abstract: String { "List the bindings of a virtual host." }
    static var examples: [String] { ["", " source_name destination_name routing_key"] }
}

extension ConnectionListing: CommandListing {
    static var commandName: String { "list_connections" }
    static var abstract: String { "List the connections of all virtual hosts." }
    static var examples: [String] { ["", " pid name user vhost state channels", " client_properties --json"] }
}

extension ChannelListing: CommandListing {
    static var commandName: String { "list_channels" }
    static var abstract: String { "List the channels of all virtual hosts." }
    static var examples: [String] { ["", " connection number messages_unacknowledged"] }
}

extension ConsumerListing: CommandListing {
    static var commandName: String { "list_consumers" }
    static var abstract: String { "List the consumers of a virtual host." }
    static var examples: [String] { ["", " queue_name consumer_tag prefetch_count"] }
}
