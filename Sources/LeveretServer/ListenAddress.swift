import NIOCore

/// Where the server listens: a host and port, or a path in the file system.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case host(String, port: Int)
        case tls(String, port: Int)
        case unixDomainSocket(path: String)
    }

    let kind: Kind

    /// A TCP port of a host's addresses: a name, an IPv4 or an IPv6 address.
    ///
    /// - Parameter port: 1 to 65535, or 0 to let the system choose; `AMQPServer.start()` says which it chose.
    public static func host(_ host: String, port: Int = 5672) -> ListenAddress {
        ListenAddress(kind: .host(host, port: port))
    }

    /// A TCP port of a host's addresses for clients that speak TLS (`amqps`), which `ServerConfiguration.tls` must
    /// have a certificate for.
    ///
    /// - Parameter port: as for `host(_:port:)`.
    public static func tls(_ host: String, port: Int = 5671) -> ListenAddress {
        ListenAddress(kind: .tls(host, port: port))
    }

    /// A socket file. A file of that name which nobody listens on any more is replaced.
    public static func unixDomainSocket(path: String) -> ListenAddress {
        ListenAddress(kind: .unixDomainSocket(path: path))
    }

    /// The port, if it is a TCP address.
    public var port: Int? {
        switch kind {
        case .host(_, let port), .tls(_, let port): port
        case .unixDomainSocket: nil
        }
    }

    /// Whether clients must speak TLS there.
    public var isTLS: Bool {
        if case .tls = kind { true } else { false }
    }

    /// The address as people write it: `127.0.0.1:5672`, `[::1]:5671 (TLS)` or a path.
    public var description: String {
        switch kind {
        case .host(let host, let port): Self.text(host, port)
        case .tls(let host, let port): "\(Self.text(host, port)) (TLS)"
        case .unixDomainSocket(let path): path
        }
    }

    private static func text(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension ListenAddress {
    /// The address that a socket is really bound to; `self` where the socket does not say.
    func bound(to address: SocketAddress?) -> ListenAddress {
        guard let address, let host = address.ipAddress, let port = address.port else { return self }
        return isTLS ? .tls(host, port: port) : .host(host, port: port)
    }
}
