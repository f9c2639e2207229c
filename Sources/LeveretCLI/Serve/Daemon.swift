import Leveret
import LeveretServer
import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The broker as a process of its own: opened, announced, and ended by a signal.
struct Daemon {
    let settings: ServeSettings

    /// How long the end may take, clients that do not answer included.
    private static let endingTime = Duration.seconds(30)
    /// Descriptors that are no clients' connections: the journal's files, listeners, event loops, operators.
    private static let reservedDescriptors: UInt64 = 64
    /// What a shell reports of a process that ended by SIGINT.
    private static let impatientStatus: Int32 = 130

    /// Returns when the broker has ended cleanly.
    func run() async throws {
        let descriptors = FileDescriptorLimit.raise()
        let logger = Self.makeLogger(settings.logLevel)
        // It mostly waits for the disk, on a thread of its own; what does not need it is done meanwhile, and signals are
        // trapped before anything takes long, so that none is lost.
        async let opening = Broker.open(settings.broker, logger: logger)
        let configuration = Self.fitting(settings.server, descriptors: descriptors, logger)
        async let eventLoops = EventLoops(configuration)
        let signals = await UnixSignalsSequence(trapping: trappedSignals)
        let broker: Broker
        do {
            broker = try await opening
        } catch {
            await eventLoops.shutDown()
            throw error
        }
        let server = AMQPServer(broker: broker, configuration: configuration, logger: logger)
        let addresses: [ListenAddress]
        do {
            addresses = try await server.start(on: await eventLoops)
        } catch {
            await broker.shutDown()
            throw error
        }
        let operatorSocket = await startOperatorSocket(broker, logger)
        announce(addresses)
        // They end in the opposite order, so that the broker outlives its doors.
        let services =
            [Self.service(broker, "broker")] + (operatorSocket.map { [Self.service($0, "operator socket")] } ?? [])
            + [Self.service(server, "server"), Self.service(MemoryReturn(), "return of memory")]
        try await Self.run(services, until: signals, server, logger)
    }

    /// Without a name for the logs, all that the program knows of describing types would be searched for one.
    private static func service(
        _ service: any Service,
        _ name: String
    ) -> ServiceGroupConfiguration.ServiceConfiguration {
        ServiceGroupConfiguration.ServiceConfiguration(service: service, serviceName: name)
    }

    /// Connections must leave descriptors for the journal, so that the one too many can be told, and nothing else fails.
    private static func fitting(
        _ configuration: ServerConfiguration,
        descriptors: UInt64,
        _ logger: Logger
    ) -> ServerConfiguration {
        let room = Int(clamping: descriptors - min(descriptors / 2, reservedDescriptors))
        guard descriptors > 0, room < configuration.connectionsMax else { return configuration }
        logger.notice(
            "fewer connections fit than are allowed: allow the process more open files (ulimit -n)",
            metadata: ["connections": "\(room)", "allowed": "\(configuration.connectionsMax)"]
        )
        var configuration = configuration
        configuration.connectionsMax = max(1, room)
        return configuration
    }

    /// SIGHUP means that certificates are new; without any it ends the process, as it always does.
    private var trappedSignals: [UnixSignal] {
        settings.transport.tls == nil ? [.sigterm, .sigint] : [.sigterm, .sigint, .sighup]
    }

    private static func makeLogger(_ level: Logger.Level) -> Logger {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "leveret")
        logger.logLevel = level
        return logger
    }

    /// A broker without its operators' socket still does its work.
    private func startOperatorSocket(_ broker: Broker, _ logger: Logger) async -> OperatorSocket? {
        guard let directory = settings.directory else { return nil }
        let socket = OperatorSocket(broker: broker, directory: directory, logger: logger)
        do {
            try await socket.start()
            return socket
        } catch {
            logger.warning("operator commands will not work", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private func announce(_ addresses: [ListenAddress]) {
        let announcement = Announcement(
            addresses: addresses.map(\.description),
            port: addresses.compactMap(\.port).first,
            isTLS: addresses.first { $0.port != nil }?.isTLS ?? false,
            host: settings.host,
            directory: settings.directory,
            program: CommandLine.arguments.first ?? "leveret"
        )
        // A closed standard output is no reason not to serve.
        try? OutputStream.standardOutput.writeLines(announcement.lines)
    }
}

// MARK: - Ending

extension Daemon {
    private static func run(
        _ services: [ServiceGroupConfiguration.ServiceConfiguration],
        until signals: UnixSignalsSequence,
        _ server: AMQPServer,
        _ logger: Logger
    ) async throws {
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: logger))
        let watch = Task {
            var isEnding = false
            for await signal in signals {
                if signal == .sighup {
                    reloadCertificates(server, logger)
                    continue
                }
                if isEnding { _exit(impatientStatus) }
                isEnding = true
                logger.info("shutting down", metadata: ["signal": "\(signal)"])
                await group.triggerGracefulShutdown()
                watchTheClock(logger)
            }
        }
        defer { watch.cancel() }
        try await group.run()
    }

    private static func reloadCertificates(_ server: AMQPServer, _ logger: Logger) {
        do {
            try server.reloadCertificates()
        } catch {
            logger.error("the certificate stays as it was", metadata: ["leveret_reason": "\(error)"])
        }
    }

    /// Ends the process if the clean way takes too long; what was confirmed is on disk anyway.
    private static func watchTheClock(_ logger: Logger) {
        Task {
            try await Task.sleep(for: endingTime)
            logger.error("the end took longer than \(endingTime); leaving without it")
            _exit(ExitStatus.failed.rawValue)
        }
    }
}
