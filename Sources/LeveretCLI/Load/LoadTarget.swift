import LeveretClient

/// The broker that a load run works on.
struct LoadTarget: Sendable, Hashable {
    var host: String
    var port: Int
    var user: String
    var password: String
    var virtualHost: String
}

extension LoadTarget {
    init(_ configuration: ConnectionConfiguration) {
        self.init(
            host: configuration.host,
            port: configuration.port,
            user: configuration.user,
            password: configuration.password,
            virtualHost: configuration.virtualHost
        )
    }
}
