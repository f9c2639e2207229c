import Leveret
import LeveretServer
import Logging

/// The settings of `leveret serve`, from all their sources.
struct ServeSettings {
    var host: String
    var port: UInt16
    var transport: TransportSettings
    /// `nil` keeps everything in memory.
    var directory: String?
    var durability: BrokerConfiguration.Durability
    var heartbeat: UInt16
    var frameMax: UInt32
    var channelMax: UInt16
    var qosAppliesToExisting: Bool
    var maxMessageSize: Int
    /// In seconds.
    var shutdownGrace: UInt16
    var resourceLimits: ResourceLimits
    var logLevel: Logger.Level

    /// The names that a configuration file may hold.
    static let names: Set<String> = TransportSettings.names.union([
        "host", "port", "data", "in-memory", "durability", "heartbeat", "frame-max", "channel-max",
        "qos-applies-to-existing", "max-message-size", "shutdown-grace", "vm-memory-high-watermark", "disk-free-limit",
        "log-level",
    ])

    /// Reads the configuration file, if one is named, and puts the layers together.
    static func resolve(
        _ options: ServeCommand,
        environment: @escaping (String) -> String? = Environment.value
    ) throws(CommandFailure) -> ServeSettings {
        var file: ConfigurationFile?
        if let path = options.config ?? environment("LEVERET_CONFIG") {
            file = try ConfigurationFile(path: path, knownNames: names)
        }
        let layers = SettingLayers(environment: environment, file: file)
        return try ServeSettings(options, layers, environment: environment)
    }

    init(
        _ options: ServeCommand,
        _ layers: SettingLayers,
        environment: (String) -> String?
    ) throws(CommandFailure) {
        host = try layers.value("host", options.host, "a host name or address") { $0.isEmpty ? nil : $0 } ?? "127.0.0.1"
        port = try layers.value("port", options.port, "a number from 0 to 65535", parse: { UInt16($0) }) ?? 5672
        transport = try TransportSettings(options.transport, layers)
        durability =
            try layers.value("durability", options.durability, "full, normal or off") { .init(rawValue: $0) } ?? .full
        heartbeat =
            try layers.value("heartbeat", options.heartbeat, "a number from 0 to 65535", parse: { UInt16($0) }) ?? 60
        frameMax =
            try layers.value("frame-max", options.frameMax, "a number of bytes", parse: { UInt32($0) }) ?? 131_072
        channelMax =
            try layers.value("channel-max", options.channelMax, "a number from 1 to 65535", parse: { UInt16($0) })
            ?? 2047
        qosAppliesToExisting = try layers.flag("qos-applies-to-existing", options.qosAppliesToExisting)
        maxMessageSize =
            try layers.value("max-message-size", options.maxMessageSize, "a number of bytes", parse: ByteCount.parse)
            ?? 16 << 20
        shutdownGrace =
            try layers.value("shutdown-grace", options.shutdownGrace, "a number of seconds", parse: { UInt16($0) }) ?? 5
        resourceLimits = try Self.resourceLimits(options, layers)
        logLevel =
            try layers.value("log-level", options.logLevel, "a level such as info") { .init(rawValue: $0) } ?? .info
        directory = try Self.directory(options, layers, environment: environment)
        guard frameMax >= 4096 else {
            throw CommandFailure(.usage, "--frame-max is \(frameMax) and must be at least 4096")
        }
        guard channelMax >= 1 else { throw CommandFailure(.usage, "--channel-max is 0 and must be at least 1") }
        guard 1...BrokerConfiguration.messageSizeMax ~= maxMessageSize else {
            throw CommandFailure(
                .usage,
                "--max-message-size is \(maxMessageSize) and must be from 1 to \(BrokerConfiguration.messageSizeMax)"
            )
        }
    }

    private static func resourceLimits(
        _ options: ServeCommand,
        _ layers: SettingLayers
    ) throws(CommandFailure) -> ResourceLimits {
        var limits = ResourceLimits.ofDaemon
        let watermark = try layers.value(
            "vm-memory-high-watermark",
            options.vmMemoryHighWatermark,
            ResourceAmount.kind,
            parse: ResourceAmount.parse
        )
        let diskFree = try layers.value(
            "disk-free-limit",
            options.diskFreeLimit,
            ResourceAmount.kind,
            parse: ResourceAmount.parse
        )
        if let watermark { limits.memory = watermark }
        if let diskFree { limits.diskFree = diskFree }
        return limits
    }

    private static func directory(
        _ options: ServeCommand,
        _ layers: SettingLayers,
        environment: (String) -> String?
    ) throws(CommandFailure) -> String? {
        let inMemory = try layers.flag("in-memory", options.inMemory)
        if options.inMemory, options.data != nil {
            throw CommandFailure(.usage, "--in-memory and --data exclude each other")
        }
        // A directory on the command line means more than a variable or a file that says "in memory".
        if inMemory, options.data == nil { return nil }
        let path = try layers.value("data", options.data, "a directory") { $0.isEmpty ? nil : $0 }
        return try DataDirectoryPath.resolve(path, environment: environment)
    }
}

extension ServeSettings {
    var broker: BrokerConfiguration {
        BrokerConfiguration(
            storage: directory.map { .directory($0) } ?? .inMemory,
            durability: durability,
            maximumMessageSize: maxMessageSize,
            resourceLimits: resourceLimits
        )
    }

    var server: ServerConfiguration {
        var configuration = ServerConfiguration(addresses: transport.addresses(host: host, port: port))
        configuration.tls = transport.tls
        configuration.allowsAnonymousLogin = transport.allowsAnonymousLogin
        configuration.compatibilityVersion = transport.compatibilityVersion
        configuration.heartbeat = heartbeat
        configuration.frameMax = frameMax
        configuration.channelMax = channelMax
        configuration.qosAppliesToExisting = qosAppliesToExisting
        configuration.shutdownGrace = .seconds(Int64(shutdownGrace))
        configuration.version = LeveretVersion.current
        return configuration
    }
}
