import ArgumentParser
import Leveret
import Logging

/// The settings of `leveret serve` on the command line.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The address to listen on. Default: 127.0.0.1", valueName: "host"))
    var host: String?

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one. Default: 5672", valueName: "number"))
    var port: UInt16?

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
        ),
        transform: Self.durability
    )
    var durability: BrokerConfiguration.Durability?

    @Option(
        help: ArgumentHelp(
            "Time between heartbeats that is proposed to clients; 0 is none. Default: 60",
            valueName: "seconds"
        )
    )
    var heartbeat: UInt16?

    @Option(help: ArgumentHelp("The largest frame; at least 4096. Default: 131072", valueName: "bytes"))
    var frameMax: UInt32?

    @Option(help: ArgumentHelp("Channels that a connection may open. Default: 2047", valueName: "number"))
    var channelMax: UInt16?

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
        ),
        transform: Self.byteCount
    )
    var maxMessageSize: Int?

    @Option(
        help: ArgumentHelp(
            "How long clients may take to leave when the broker ends. Default: 5",
            valueName: "seconds"
        )
    )
    var shutdownGrace: UInt16?

    @Option(
        help: ArgumentHelp(
            """
            Memory of the process above which publishers have to wait: a part of the machine's memory, or an amount \
            such as 2GB. Default: 0.6
            """,
            valueName: "part|bytes"
        ),
        transform: Self.resourceAmount
    )
    var vmMemoryHighWatermark: ResourceLimits.Amount?

    @Option(
        help: ArgumentHelp(
            """
            Free space at the data directory below which publishers have to wait: an amount such as 500MB, or a part \
            of the machine's memory. Default: 256MiB
            """,
            valueName: "bytes|part"
        ),
        transform: Self.resourceAmount
    )
    var diskFreeLimit: ResourceLimits.Amount?

    @Option(
        help: ArgumentHelp("trace, debug, info, notice, warning, error or critical. Default: info", valueName: "level"),
        transform: Self.level
    )
    var logLevel: Logger.Level?

    @Option(
        help: ArgumentHelp(
            "A JSON file with settings, named like these options. Default: $LEVERET_CONFIG",
            valueName: "path"
        )
    )
    var config: String?

    // Functions instead of conformances, which would be for types of other modules.
    private static func durability(_ text: String) throws -> BrokerConfiguration.Durability {
        guard let durability = BrokerConfiguration.Durability(rawValue: text) else {
            throw ValidationError("'\(text)' is not full, normal or off")
        }
        return durability
    }

    private static func byteCount(_ text: String) throws -> Int {
        guard let count = ByteCount.parse(text) else {
            throw ValidationError("'\(text)' is not a number of bytes such as 16777216 or 16MiB")
        }
        return count
    }

    private static func resourceAmount(_ text: String) throws -> ResourceLimits.Amount {
        guard let amount = ResourceAmount.parse(text) else {
            throw ValidationError("'\(text)' is not \(ResourceAmount.kind)")
        }
        return amount
    }

    private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("'\(text)' is not a level such as info")
        }
        return level
    }
}
