import NIOCore
import NIOPosix

extension ClientHandler {
    /// Connects a socket and runs the session on it.
    ///
    /// - Returns: what completes when the socket is closed.
    /// - Throws: `ConnectionError` if nothing answers.
    static func connect(_ session: SharedSession) async throws -> EventLoopFuture<Void> {
        let configuration = session.configuration
        let timeout = TimeAmount(configuration.connectTimeout)
        let deadline = NIODeadline.now() + timeout
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.writeBufferWaterMark, value: .init(low: 512 * 1024, high: 2 * 1024 * 1024))
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 16_384, maximum: 262_144)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let left = max(deadline - NIODeadline.now(), .milliseconds(1))
                    try channel.pipeline.syncOperations.addHandler(
                        ClientHandler(session: session, handshakeTimeout: left)
                    )
                }
            }
        do {
            return try await bootstrap.connect(host: configuration.host, port: configuration.port).get().closeFuture
        } catch {
            throw explanation(error, configuration)
        }
    }

    private static func explanation(_ error: any Error, _ configuration: ConnectionConfiguration) -> ConnectionError {
        let address = configuration.address
        switch error {
        case ChannelError.connectTimeout:
            return ConnectionError(
                .timedOut,
                "nothing answered at \(address) within \(configuration.connectTimeout); check address and firewall"
            )
        case let error as NIOConnectionError:
            guard let failure = error.connectionErrors.first else {
                let cause = error.dnsAError ?? error.dnsAAAAError
                return ConnectionError(
                    .unreachable,
                    "the host name of \(address) is not known\(cause.map { " (\($0))" } ?? ""); check its spelling"
                )
            }
            return unreachable(address, failure.error)
        default:
            return unreachable(address, error)
        }
    }

    private static func unreachable(_ address: String, _ error: any Error) -> ConnectionError {
        ConnectionError(
            .unreachable,
            "cannot connect to \(address) (\(error)); is the broker running, and does it listen there?"
        )
    }
}
