public import Leveret
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// Serves AMQP 0-9-1 over TCP, TLS and Unix-domain sockets, for a broker of this process.
///
/// ```swift
/// let server = AMQPServer(broker: broker, configuration: ServerConfiguration(), logger: logger)
/// try await server.run()
/// ```
public final class AMQPServer: Sendable {
    private enum Phase {
        case idle
        case starting
        case listening(EventLoops, listeners: [Listener])
        case stopped
    }

    /// The connections that there are.
    public let connections: ConnectionRegistry
    private let configuration: ServerConfiguration
    private let context: ServerContext
    private let logger: Logger
    private let phase = Mutex(Phase.idle)

    /// Makes a server that does not listen yet.
    public init(broker: Broker, configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        connections = ConnectionRegistry(limit: configuration.connectionsMax)
        broker.connectionSources.add(connections)
        context = ServerContext(
            broker: broker,
            configuration: configuration,
            registry: connections,
            logger: logger
        )
    }

    /// Begins to listen. To be called once.
    ///
    /// - Returns: where the server listens, in the order of the configuration, with the ports that the system chose
    ///   in place of 0.
    /// - Throws: `ServerError` if an address cannot be listened on or a certificate cannot be used, in which case the
    ///   server listens on none.
    @discardableResult
    public func start() async throws -> [ListenAddress] {
        try await start { EventLoops(configuration) }
    }

    /// As above, on threads that have been started. They end with the server, also if it cannot be started.
    package func start(on eventLoops: EventLoops) async throws -> [ListenAddress] {
        do {
            return try await start { eventLoops }
        } catch {
            await eventLoops.shutDown()
            throw error
        }
    }

    private func start(on makeEventLoops: () -> EventLoops) async throws -> [ListenAddress] {
        try configuration.validate()
        try context.readCertificates()
        guard begin() else { throw ServerError.alreadyStarted }
        let eventLoops = makeEventLoops()
        var listeners: [Listener] = []
        do {
            for address in configuration.addresses {
                listeners.append(try await Listener.open(address, group: eventLoops.group, context: context))
            }
        } catch {
            for listener in listeners { await listener.close() }
            await eventLoops.shutDown()
            phase.withLock { $0 = .stopped }
            throw error
        }
        let opened = listeners
        phase.withLock { $0 = .listening(eventLoops, listeners: opened) }
        for listener in listeners {
            logger.info("listening for AMQP 0-9-1", metadata: ["leveret_address": "\(listener.address)"])
        }
        return listeners.map(\.address)
    }

    /// Reads the certificate, its key and the authorities again, for connections from now on; those that there are go
    /// on with what they began with. A server without TLS has nothing to read.
    ///
    /// - Throws: `ServerError` if a file cannot be used, in which case everything stays as it was.
    public func reloadCertificates() throws {
        guard let certificates = context.certificates else { return }
        try certificates.reload()
        logger.info("read the certificate again", metadata: ["leveret_file": "\(certificates.settings.certificate)"])
    }

    /// Stops listening, tells all clients that the broker shuts down, waits for their answers for as long as
    /// `ServerConfiguration.shutdownGrace` says, and drops those that do not answer. What clients acknowledge before
    /// they answer counts.
    public func shutDown() async {
        await shutDown(grace: configuration.shutdownGrace)
    }

    private func begin() -> Bool {
        phase.withLock { phase in
            guard case .idle = phase else { return false }
            phase = .starting
            return true
        }
    }

    private func shutDown(grace: Duration) async {
        let listening = phase.withLock { phase -> (EventLoops, [Listener])? in
            guard case .listening(let eventLoops, let listeners) = phase else { return nil }
            phase = .stopped
            return (eventLoops, listeners)
        }
        guard let (eventLoops, listeners) = listening else { return }
        for listener in listeners { await listener.close() }
        connections.closeAll(.afterAcknowledgements(reason: "broker shutdown"))
        let deadline = eventLoops.group.next().scheduleTask(in: TimeAmount(grace)) { [connections] in
            connections.closeAll(.atOnce)
        }
        await connections.becomeEmpty()
        deadline.cancel()
        await eventLoops.shutDown()
        logger.debug("the server has stopped")
    }
}

extension AMQPServer: Service {
    /// Listens, if `start()` has not been called before, until the service group shuts down gracefully or the task
    /// is cancelled; cancelled, it does not wait for the clients' answers.
    public func run() async throws {
        if phase.withLock({ if case .idle = $0 { true } else { false } }) { try await start() }
        do {
            try await gracefulShutdown()
        } catch {
            await shutDown(grace: .zero)
            throw error
        }
        await shutDown()
    }
}
