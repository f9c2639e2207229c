import NIOCore
import NIOPosix

/// A server that does nothing but answer logins, channels and farewells, always with the same bytes.
struct BareServer {
    let port: Int

    func run() throws {
        let server = ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(BareHandler()) }
            }
        try server.bind(to: SocketAddress(ipAddress: "127.0.0.1", port: port)).wait().closeFuture.wait()
    }
}
