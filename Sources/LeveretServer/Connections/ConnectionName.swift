import NIOCore

/// What a connection is called: both its ends, as RabbitMQ writes them.
struct ConnectionName: CustomStringConvertible {
    let description: String
    let addresses: ConnectionAddresses

    init(_ channel: any NIOCore.Channel) {
        addresses = ConnectionAddresses(local: channel.localAddress, remote: channel.remoteAddress)
        // The client's end of a socket file has no name.
        let remote = channel.localAddress?.pathname == nil ? Self.text(channel.remoteAddress) : "local"
        description = "\(remote) -> \(Self.text(channel.localAddress))"
    }

    private static func text(_ address: SocketAddress?) -> String {
        guard let address else { return "unknown" }
        guard let host = address.ipAddress, let port = address.port else { return address.pathname ?? "local" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether the client is on this machine.
    static func isLoopback(_ channel: any NIOCore.Channel) -> Bool {
        switch channel.remoteAddress {
        case .unixDomainSocket: true
        case .v4, .v6: isLoopback(channel.remoteAddress?.ipAddress ?? "")
        case nil: channel.localAddress?.pathname != nil
        }
    }

    static func isLoopback(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
