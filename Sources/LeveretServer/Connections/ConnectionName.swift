import NIOCore

/// What a connection is called: both its ends, as RabbitMQ writes them.
struct ConnectionName: CustomStringConvertible {
    let description: String
    let addresses: ConnectionAddresses
    /// Whether the client is on this machine.
    let isLoopback: Bool

    init(_ channel: any NIOCore.Channel) {
        self.init(local: channel.localAddress, remote: channel.remoteAddress)
    }

    init(local: SocketAddress?, remote: SocketAddress?) {
        addresses = ConnectionAddresses(local: local, remote: remote)
        // The client's end of a socket file has no name.
        let isSocketFile = local?.pathname != nil
        let client = isSocketFile ? "local" : Self.text(remote, addresses.peerHost, addresses.peerPort)
        description = "\(client) -> \(Self.text(local, addresses.host, addresses.port))"
        isLoopback = isSocketFile || remote?.pathname != nil || Self.isLoopback(addresses.peerHost)
    }

    private static func text(_ address: SocketAddress?, _ host: String, _ port: Int) -> String {
        switch address {
        case .v4: "\(host):\(port)"
        case .v6: "[\(host)]:\(port)"
        case .unixDomainSocket: host
        case nil: "unknown"
        }
    }

    private static func isLoopback(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
