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

    /// Makes a configuration; by default of a broker on this machine with the login that it comes with.
    public init(
        host: String = "localhost",
        port: Int = 5672,
        user: String = "guest",
        password: String = "guest",
        virtualHost: String = "/",
        connectionName: String? = nil
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.virtualHost = virtualHost
        self.connectionName = connectionName
    }

    /// Reads an AMQP URI: `amqp://user:password@host:port/vhost?heartbeat=30`.
    ///
    /// What is left out is guest, guest, localhost, 5672 and the virtual host `/`, which a lone `/` at the end names
    /// too. `%` encodes bytes in every part, so the virtual host `/` may be written `%2f`. IPv6 addresses stand in
    /// brackets. The parameters are `heartbeat` (seconds), `connection_timeout` (milliseconds), `channel_max`,
    /// `frame_max` and `name`; others are refused.
    ///
    /// - Throws: `ConnectionStringError`, which says what is wrong.
    public init(_ connectionString: String) throws {
        let parts = try ConnectionString(connectionString)
        self.init(host: parts.host)
        if let port = parts.port { self.port = port }
        if let user = parts.user { self.user = user }
        if let password = parts.password { self.password = password }
        // Read by the letter, a lone slash names the virtual host without a name; everybody means `/`.
        if let virtualHost = parts.virtualHost, !virtualHost.isEmpty { self.virtualHost = virtualHost }
        for (name, value) in parts.parameters { try set(name, value) }
    }

    private mutating func set(_ name: String, _ value: String) throws(ConnectionStringError) {
        switch name {
        case "heartbeat": heartbeat = .seconds(Int(try Self.number(name, value) as UInt16))
        case "connection_timeout": connectTimeout = .milliseconds(Int(try Self.number(name, value) as UInt32))
        case "channel_max": channelMax = try Self.number(name, value)
        case "frame_max": frameMax = try Self.number(name, value)
        case "name": connectionName = value
        default: throw ConnectionStringError("it holds an unknown parameter, \(name)")
        }
    }

    private static func number<Number: FixedWidthInteger>(
        _ name: String,
        _ value: String
    ) throws(ConnectionStringError) -> Number {
        guard let number = Number(value), number >= 0 else {
            throw ConnectionStringError("\(name) must be a number from 0 to \(Number.max), not \"\(value)\"")
        }
        return number
    }
}

extension ConnectionConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The address as a URI, without the password.
    public var description: String { "amqp://\(user)@\(address)/\(virtualHost == "/" ? "%2f" : virtualHost)" }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// The parts without the password.
    public var customMirror: Mirror {
        Mirror(
            self,
            children: [
                "host": host, "port": port, "user": user, "virtualHost": virtualHost,
                "connectionName": connectionName as Any,
            ]
        )
    }

    /// Host and port as they are written in a URI.
    var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
