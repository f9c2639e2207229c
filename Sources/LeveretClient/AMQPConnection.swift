public import LeveretModel
public import Logging
import NIOCore

/// A connection to an AMQP 0-9-1 broker, Leveret or RabbitMQ, over TCP, TLS or a socket file.
///
/// ```swift
/// try await AMQPConnection.withConnection(.init("amqp://localhost")) { connection in
///     try await connection.withChannel { channel in
///         let orders = try await channel.declareQueue("order.created", .durable)
///         try await channel.publish("a body", to: orders)
///     }
/// }
/// ```
///
/// A connection has many channels and may be used by many tasks at once. When it ends, everything that waits on its
/// channels throws.
public final class AMQPConnection: Sendable {
    /// What the broker said of itself, such as `product` and `version`.
    public let serverProperties: FieldTable
    private let session: SharedSession
    private let socketClosed: EventLoopFuture<Void>

    private init(session: SharedSession, socketClosed: EventLoopFuture<Void>) {
        self.session = session
        self.socketClosed = socketClosed
        serverProperties = session.perform { $0.serverProperties }
    }

    /// Connects and logs in. The connection stays open until `close()`, or until the broker or the network ends it.
    ///
    /// Throws `ConnectionError`, which says what failed, where, and what may help.
    public static func connect(
        _ configuration: ConnectionConfiguration = ConnectionConfiguration(),
        logger: Logger = Logger(label: "leveret.client")
    ) async throws -> AMQPConnection {
        try configuration.validate()
        let session = SharedSession(configuration, logger: logger)
        let socketClosed = try await ClientHandler.connect(session)
        do {
            try await session.opened.value()
        } catch {
            session.perform { $0.close() }
            throw error
        }
        logger.debug("connected", metadata: ["broker": "\(configuration.address)"])
        return AMQPConnection(session: session, socketClosed: socketClosed)
    }

    /// Connects, hands the connection to `body`, and closes it when `body` returns or throws.
    public nonisolated(nonsending) static func withConnection<Result: Sendable>(
        _ configuration: ConnectionConfiguration = ConnectionConfiguration(),
        logger: Logger = Logger(label: "leveret.client"),
        _ body: (AMQPConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await connect(configuration, logger: logger)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Opens a channel, which is to be closed by its `close`.
    ///
    /// Throws `ConnectionError` if the connection has ended or the broker allows no further channel.
    public func openChannel() async throws -> ClientChannel {
        try await ClientChannel.open(session)
    }

    /// Opens a channel, hands it to `body`, and closes it when `body` returns or throws.
    public nonisolated(nonsending) func withChannel<Result: Sendable>(
        _ body: (ClientChannel) async throws -> Result
    ) async throws -> Result {
        let channel = try await openChannel()
        do {
            let result = try await body(channel)
            await channel.end()
            return result
        } catch {
            await channel.end()
            throw error
        }
    }

    /// Closes the connection and all its channels, and waits until the broker has agreed; after
    /// `ConnectionConfiguration.closeTimeout` it waits no longer. Closing a connection that has ended does nothing.
    public func close() async {
        session.perform { session in
            if case .open = session.phase { session.close() }
        }
        try? await socketClosed.get()
    }

    /// Why the connection has ended; `nil` while it is open.
    var endError: ConnectionError? { session.perform { $0.endError } }
}

extension ConnectionConfiguration {
    /// Throws if a value cannot be used.
    func validate() throws(ConnectionError) {
        guard (1...65_535).contains(port) else {
            throw ConnectionError(.invalidConfiguration, "the port is \(port) and must be from 1 to 65535")
        }
        guard frameMax == 0 || frameMax >= 4096 else {
            throw ConnectionError(.invalidConfiguration, "frameMax is \(frameMax) and must be 0 or at least 4096")
        }
        try tls?.validate()
        guard tls == nil || socketPath == nil else {
            throw ConnectionError(.invalidConfiguration, "a socket file needs no TLS: set tls or socketPath, not both")
        }
        guard virtualHost.utf8.count <= 255 else {
            throw ConnectionError(.invalidConfiguration, "the name of the virtual host has more than 255 bytes")
        }
    }
}
