/// Where a broker is, who logs in, and the limits that the client asks for.
///
/// The password appears in no description, dump or log of this value.
public struct ConnectionConfiguration: Sendable, Hashable {
    /// The broker's host name or address.
    public var host: String
    /// The broker's TCP port.
    public var port: Int
    /// Who logs in.
    public var user: String
    /// The login's password.
    public var password: String
    /// The virtual host to work in.
    public var virtualHost: String
    /// A name for people, which the broker's tools show.
    public var connectionName: String?
    /// Speak TLS, and how; `nil` speaks it not, so that everybody in between can read the password.
    public var tls: ClientTLS?
    /// A broker's socket file on this machine, to be connected to in place of host and port.
    public var socketPath: String?
    /// How to log in.
    public var mechanism = LoginMechanism.plain
    /// How often each side sends something; after two such times of silence the peer counts as gone. Whole seconds
    /// from 1 to 65535 are used; zero leaves it to the broker. The shorter one of client and broker holds.
    public var heartbeat: Duration = .seconds(60)
    /// How long reaching the broker and logging in may take together.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the broker may take to answer the closing of a connection.
    public var closeTimeout: Duration = .seconds(5)
    /// The most channels at a time; 0 leaves it to the broker.
    public var channelMax: UInt16 = 2047
    /// The longest frame in bytes, at least 4096; 0 leaves it to the broker.
    public var frameMax: UInt32 = 131_072
    /// How many publishings of a channel may wait for their confirm; then publishing waits. At least 1.
    public var unconfirmedLimit: Int = 4096
    /// How many bytes may wait for consumers without a prefetch window. Above that, nothing more is read from the
    /// connection until they catch up, so such consumers should have a connection of their own.
    public var unlimitedDeliveryBytes: Int = 64 << 20

    /// Asks the broker to let basic.qos change the consumers that a channel has already, for
    /// `Deliveries.setPrefetch`. Leveret does so, RabbitMQ takes no notice. All consumers of a channel then have the
    /// prefetch that was set last, with a new consumer or by `setPrefetch`.
    public var qosAppliesToExisting = false

    /// Makes a configuration; by default of a broker on this machine with the login that it comes with.
    ///
    /// - Parameter port: `nil` is 5672, or 5671 with TLS.
    public init(
        host: String = "localhost",
        port: Int? = nil,
        user: String = "guest",
        password: String = "guest",
        virtualHost: String = "/",
        connectionName: String? = nil,
        tls: ClientTLS? = nil
    ) {
        self.host = host
        self.port = port ?? (tls == nil ? 5672 : 5671)
        self.user = user
        self.password = password
        self.virtualHost = virtualHost
        self.connectionName = connectionName
        self.tls = tls
    }
}

extension ConnectionConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The address as a URI, without the password.
    public var description: String {
        let virtualHost = virtualHost == "/" ? "%2f" : virtualHost
        if let socketPath { return "amqp+unix://\(user)@\(socketPath)?vhost=\(virtualHost)" }
        return "\(tls == nil ? "amqp" : "amqps")://\(user)@\(address)/\(virtualHost)"
    }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// The parts without the password.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "host": host, "port": port, "user": user, "virtualHost": virtualHost,
                "connectionName": connectionName as Any, "tls": tls as Any, "socketPath": socketPath as Any,
                "mechanism": mechanism,
            ]
        )
    }

    /// Host and port as they are written in a URI, or the path of the socket file.
    var address: String {
        if let socketPath { return socketPath }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
