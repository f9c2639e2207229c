package import Leveret
package import Logging
package import NIOCore

/// Makes a connection of a socket, whether a listener's or a simulated one.
package struct ConnectionAcceptor: Sendable {
    private let server: ServerContext

    init(server: ServerContext) { self.server = server }

    /// For sockets that come from somewhere else than a listener.
    package init(broker: Broker, configuration: ServerConfiguration, logger: Logger) {
        server = ServerContext(
            broker: broker,
            configuration: configuration,
            registry: ConnectionRegistry(limit: configuration.connectionsMax),
            logger: logger
        )
    }

    /// The connections that there are.
    package var connections: ConnectionRegistry { server.registry }

    /// Lets the bytes of a socket that is not active yet go through the server. To be called on its event loop.
    ///
    /// - Returns: the handler, which lives as long as the connection.
    @discardableResult
    package func accept(_ channel: any NIOCore.Channel, on eventLoop: any EventLoop) throws -> any ChannelHandler {
        let handler = ConnectionHandler(server: server, eventLoop: eventLoop)
        try channel.pipeline.syncOperations.addHandler(handler)
        return handler
    }
}
