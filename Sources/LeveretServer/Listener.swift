import Leveret
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// One listening socket.
struct Listener {
    /// Where it really listens.
    let address: ListenAddress
    private let channel: any NIOCore.Channel

    /// Begins to listen on the address; connections go to handlers of their own.
    static func open(
        _ address: ListenAddress,
        group: MultiThreadedEventLoopGroup,
        context: ServerContext
    ) async throws -> Listener {
        let backlog = context.configuration.backlog
        let bootstrap = makeBootstrap(address, group: group, context: context)
        do {
            let channel: any NIOCore.Channel
            switch address.kind {
            case .host(let host, let port), .tls(let host, let port):
                channel = try await bind(bootstrap, host: host, port: port)
            case .unixDomainSocket(let path):
                let descriptor = try UnixSocketFile.listen(path: path, mode: 0o660, backlog: backlog)
                channel = try await bootstrap.withBoundSocket(descriptor).get()
            }
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(AcceptFailureLog(logger: context.logger))
            }.get()
            return Listener(address: address.bound(to: channel.localAddress), channel: channel)
        } catch let error as ServerError {
            throw error
        } catch {
            throw failure(address, error)
        }
    }

    /// Accepts nobody any more.
    func close() async {
        try? await channel.close()
        if case .unixDomainSocket(let path) = address.kind { UnixSocketFile.remove(path: path) }
    }

    /// An address in digits needs none of the system's files, which it would look for names in.
    private static func bind(
        _ bootstrap: ServerBootstrap,
        host: String,
        port: Int
    ) async throws -> any NIOCore.Channel {
        if (0...65_535).contains(port), let address = try? SocketAddress(ipAddress: host, port: port) {
            return try await bootstrap.bind(to: address).get()
        }
        return try await bootstrap.bind(host: host, port: port).get()
    }

    private static func makeBootstrap(
        _ address: ListenAddress,
        group: MultiThreadedEventLoopGroup,
        context: ServerContext
    ) -> ServerBootstrap {
        let certificates = address.isTLS ? context.certificates : nil
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Int32(clamping: context.configuration.backlog))
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: context.logger))
                }
            }
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let certificates {
                        let handler = NIOSSLServerHandler(context: certificates.context)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try ConnectionAcceptor(server: context).accept(channel, on: channel.eventLoop)
                }
            }
        guard address.port != nil else { return bootstrap }
        return
            bootstrap
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
    }

    private static func failure(_ address: ListenAddress, _ error: any Error) -> ServerError {
        guard let system = error as? IOError else {
            return .cannotListen(address.description, reason: "\(error)")
        }
        return switch system.errnoCode {
        case EADDRINUSE: .addressInUse(address)
        case EADDRNOTAVAIL: .addressNotAvailable(address)
        case EACCES, EPERM: .permissionDenied(address)
        default: .cannotListen(address.description, reason: "\(system)")
        }
    }
}
