import NIOCore

/// How an `AMQPServer` listens and what it grants to clients.
public struct ServerConfiguration: Sendable {
    /// Where to listen. All of them must be free, or the server does not start.
    public var addresses: [ListenAddress]
    /// The server's certificate and what it asks of clients. Needed if one of the addresses is for TLS.
    public var tls: ServerTLS?
    /// Whether clients on the same machine may log in without a name (the mechanism ANONYMOUS). They are guest then,
    /// as long as guest exists and has the password guest.
    public var allowsAnonymousLogin: Bool = true
    /// Whether basic.qos without `global` changes the consumers that a channel has, as AMQP 0-9-1 has it, and not only
    /// those to come, as in RabbitMQ. A client's capability `qos_applies_to_existing` comes before it.
    public var qosAppliesToExisting: Bool = false
    /// Seconds between heartbeats that the server proposes; 0 proposes none. The client has the last word.
    public var heartbeat: UInt16 = 60
    /// The largest frame in bytes, its 8 bytes of frame around it included; at least 4096.
    public var frameMax: UInt32 = 131_072
    /// The most channels that a connection may have open, 1 to 65535.
    public var channelMax: UInt16 = 2047
    /// How long a client may take from the first byte to an open connection.
    public var handshakeTimeout: Duration = .seconds(10)
    /// How long a refused login waits before the connection is dropped, so that guessing passwords is slow.
    public var refusedLoginPause: Duration = .seconds(1)
    /// The most connections at one time; one more is closed at once.
    public var connectionsMax: Int = 50_000
    /// How long clients may take to answer connection.close when the server shuts down.
    public var shutdownGrace: Duration = .seconds(5)
    /// Threads for the connections; unless set, half as many as there are cores. More of them cost each message a
    /// thread switch and gain little, because the broker's core is one.
    public var threads: Int = max(1, System.coreCount / 2)
    /// Connections that the system may hold ready to be accepted.
    public var backlog: Int = 4096
    /// Bytes that may wait for a client that does not read; above it, nothing more is read from that client.
    public var outboundBytesMax: Int = 8 << 20
    /// The product that clients are told.
    public var product: String = "Leveret"
    /// The version that clients are told; client libraries expect it to be a semantic version.
    public var version: String = "0.1.0"
    /// A version of RabbitMQ to be taken for, such as `3.13.0`: clients are told it with the product `RabbitMQ`. For
    /// client libraries that decide by the product what they may do.
    public var compatibilityVersion: String?
    /// The name of the cluster that clients are told.
    public var clusterName: String = "leveret"

    /// Makes a configuration that listens on all addresses of a host.
    public init(host: String = "127.0.0.1", port: Int = 5672) {
        addresses = [.host(host, port: port)]
    }

    /// Makes a configuration that listens on several addresses.
    public init(addresses: [ListenAddress]) {
        self.addresses = addresses
    }
}

extension ServerConfiguration {
    /// Throws if a value is out of its range.
    func validate() throws {
        try validateTLS()
        guard !addresses.isEmpty else { throw ServerError.invalidConfiguration("there is no address to listen on") }
        guard frameMax >= 4096 else {
            throw ServerError.invalidConfiguration("frameMax is \(frameMax) and must be at least 4096")
        }
        guard frameMax <= 128 << 20 else {
            throw ServerError.invalidConfiguration("frameMax is \(frameMax) and may be at most \(128 << 20)")
        }
        guard channelMax >= 1 else { throw ServerError.invalidConfiguration("channelMax must be at least 1") }
        if let compatibilityVersion, !Self.isSemanticVersion(compatibilityVersion) {
            throw ServerError.invalidConfiguration(
                "compatibilityVersion is \"\(compatibilityVersion)\" and must be a version such as 3.13.0"
            )
        }
        guard threads >= 1 else { throw ServerError.invalidConfiguration("threads must be at least 1") }
    }

    /// Throws if an address needs a certificate and there is none, or if clients are asked for one that nobody could
    /// vouch for.
    func validateTLS() throws(ServerError) {
        if tls == nil, let address = addresses.first(where: \.isTLS) {
            throw .invalidConfiguration("there is no certificate for \(address)")
        }
        guard let tls, tls.clientCertificates != .none, tls.authorities == nil else { return }
        throw .invalidConfiguration(
            "clients are asked for certificates, but no authority that vouches for them is named"
        )
    }

    /// Three numbers, and what may follow them.
    static func isSemanticVersion(_ text: String) -> Bool {
        let numbers = text.prefix { $0 != "-" && $0 != "+" }.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && numbers.allSatisfy { UInt32($0) != nil }
            && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
    }
}
