import LeveretClient

/// The broker that a load run works on.
struct LoadTarget: Sendable, Hashable {
    var host: String
    var port: Int
    var user: String
    var password: String
    var virtualHost: String
    /// A socket file in place of host and port.
    var socketPath: String?
}

extension LoadTarget {
    /// Throws `CommandFailure` if the broker is to be reached over TLS, whose cost would be taken for the broker's.
    init(_ configuration: ConnectionConfiguration) throws(CommandFailure) {
        guard configuration.tls == nil, configuration.mechanism == .plain else {
            throw CommandFailure(.usage, "perf measures without TLS: use amqp:// or amqp+unix://")
        }
        self.init(
            host: configuration.host,
            port: configuration.port,
            user: configuration.user,
            password: configuration.password,
            virtualHost: configuration.virtualHost,
            socketPath: configuration.socketPath
        )
    }
}
