public import Leveret
public import Logging

extension Broker {
    /// Lets AMQP clients in over the network for as long as `body` runs; the program itself goes on using the broker
    /// in process.
    ///
    /// ```swift
    /// try await Broker.run { broker in
    ///     try await broker.listen(.init(port: 0)) { addresses in
    ///         print("clients may connect to \(addresses[0])")
    ///     }
    /// }
    /// ```
    ///
    /// - Parameter body: is told where the server listens, with the port that the system chose in place of 0.
    /// - Throws: `ServerError` if an address cannot be listened on, and what `body` throws.
    @discardableResult
    nonisolated(nonsending) public func listen<Result: Sendable>(
        _ configuration: ServerConfiguration = ServerConfiguration(),
        logger: Logger = Logger(label: "leveret.server"),
        _ body: ([ListenAddress]) async throws -> Result
    ) async throws -> Result {
        let server = AMQPServer(broker: self, configuration: configuration, logger: logger)
        let addresses = try await server.start()
        do {
            let result = try await body(addresses)
            await server.shutDown()
            return result
        } catch {
            await server.shutDown()
            throw error
        }
    }
}
