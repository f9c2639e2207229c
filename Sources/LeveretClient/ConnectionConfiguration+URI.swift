extension ConnectionConfiguration {
    /// Reads an AMQP URI: `amqp://user:password@host:port/vhost?heartbeat=30`.
    ///
    /// What is left out is guest, guest, localhost, 5672 and the virtual host `/`, which a lone `/` at the end names
    /// too. `%` encodes bytes in every part, so the virtual host `/` may be written `%2f`. IPv6 addresses stand in
    /// brackets. The parameters are `heartbeat` (seconds), `connection_timeout` (milliseconds), `channel_max`,
    /// `frame_max`, `auth_mechanism` (`plain` or `external`) and `name`; others are refused.
    ///
    /// `amqps://` means TLS, with port 5671 and the parameters `cacertfile`, `certfile`, `keyfile`, `verify`
    /// (`verify_peer` or `verify_none`) and `server_name_indication`, where `disable` means that the name in the
    /// certificate does not count. `amqp+unix://user:password@/path/of/the/socket?vhost=name` is a socket file.
    ///
    /// - Throws: `ConnectionStringError`, which says what is wrong.
    public init(_ connectionString: String) throws {
        let parts = try ConnectionString(connectionString)
        self.init(host: parts.host, tls: parts.scheme == .tls ? ClientTLS() : nil)
        socketPath = parts.socketPath
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
        case "vhost" where socketPath != nil: virtualHost = value
        case "auth_mechanism":
            guard let mechanism = LoginMechanism(parameter: value) else {
                throw ConnectionStringError("auth_mechanism must be plain or external, not \"\(value)\"")
            }
            self.mechanism = mechanism
        default:
            guard ClientTLS.parameters.contains(name) else {
                throw ConnectionStringError("it holds an unknown parameter, \(name)")
            }
            guard var tls else { throw ConnectionStringError("\(name) means something only with amqps://") }
            try tls.set(name, value)
            self.tls = tls
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

extension ClientTLS {
    fileprivate static let parameters = ["cacertfile", "certfile", "keyfile", "verify", "server_name_indication"]

    fileprivate mutating func set(_ name: String, _ value: String) throws(ConnectionStringError) {
        guard !value.isEmpty else { throw ConnectionStringError("\(name) has no value") }
        switch name {
        case "cacertfile": authorities = value
        case "certfile": certificate = value
        case "keyfile": key = value
        case "server_name_indication" where value == "disable":
            if verification == .full { verification = .authority }
        case "server_name_indication": serverName = value
        default: try verify(value)
        }
    }

    private mutating func verify(_ value: String) throws(ConnectionStringError) {
        switch value {
        case "verify_peer": break
        case "verify_none": verification = .none
        default: throw ConnectionStringError("verify must be verify_peer or verify_none, not \"\(value)\"")
        }
    }
}
