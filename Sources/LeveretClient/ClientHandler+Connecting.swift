import NIOCore
import NIOPosix
import NIOSSL

extension ClientHandler {
    /// Connects a socket and runs the session on it.
    ///
    /// - Returns: what completes when the socket is closed.
    /// - Throws: `ConnectionError` if nothing answers, or if a file for TLS cannot be used.
    static func connect(_ session: SharedSession) async throws -> EventLoopFuture<Void> {
        let configuration = session.configuration
        let bootstrap = makeBootstrap(session, try configuration.tls?.context())
        do {
            if let path = configuration.socketPath {
                return try await bootstrap.connect(unixDomainSocketPath: path).get().closeFuture
            }
            return
                try await bootstrap
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .connect(host: configuration.host, port: configuration.port).get().closeFuture
        } catch {
            throw explanation(error, configuration)
        }
    }

    private static func makeBootstrap(_ session: SharedSession, _ tls: NIOSSLContext?) -> ClientBootstrap {
        let configuration = session.configuration
        let timeout = TimeAmount(configuration.connectTimeout)
        let deadline = NIODeadline.now() + timeout
        return ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(timeout)
            .channelOption(.writeBufferWaterMark, value: .init(low: 512 * 1024, high: 2 * 1024 * 1024))
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 16_384, maximum: 262_144)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(tlsHandler(tls, configuration)) }
                    let left = max(deadline - NIODeadline.now(), .milliseconds(1))
                    try channel.pipeline.syncOperations.addHandler(
                        ClientHandler(session: session, handshakeTimeout: left)
                    )
                }
            }
    }

    private static func tlsHandler(
        _ context: NIOSSLContext,
        _ configuration: ConnectionConfiguration
    ) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(
            context: context,
            serverHostname: configuration.tls?.nameToTell(host: configuration.host)
        )
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
