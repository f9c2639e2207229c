import LeveretModel
import LeveretWire
import NIOCore
import NIOPosix

// A server that does nothing but answer logins, channels and farewells, always with the same bytes: what accepting and
// serving a connection costs with SwiftNIO before there is a broker. `LeveretBare PORT`, on 127.0.0.1, until it is ended.

guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
    fatalError("one argument: the port")
}

let server = ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
    .serverChannelOption(.backlog, value: 4096)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelOption(.socketOption(.so_keepalive), value: 1)
    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
    .childChannelOption(.maxMessagesPerRead, value: 4)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(BareHandler()) }
    }
try server.bind(host: "127.0.0.1", port: port).wait().closeFuture.wait()
