import NIOCore

/// Where both ends of a connection are. Over a Unix-domain socket the host is the path and the port 0.
struct ConnectionAddresses: Sendable, Hashable {
    var host = ""
    var port = 0
    var peerHost = ""
    var peerPort = 0

    init() {}

    init(local: SocketAddress?, remote: SocketAddress?) {
        (host, port) = Self.parts(of: local)
        (peerHost, peerPort) = Self.parts(of: remote)
    }

    private static func parts(of address: SocketAddress?) -> (String, Int) {
        (address?.ipAddress ?? address?.pathname ?? "", address?.port ?? 0)
    }
}
