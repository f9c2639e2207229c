/// A connection that could not be made or did not last: what happened, where, and what may help.
public struct ConnectionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Kinds of failure. There may be more of them in later versions.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// A value of the configuration cannot be used.
        public static let invalidConfiguration = Code("invalidConfiguration")
        /// Nothing answers at the address, or its name is unknown.
        public static let unreachable = Code("unreachable")
        /// The broker did not answer in time.
        public static let timedOut = Code("timedOut")
        /// The peer does not speak AMQP 0-9-1.
        public static let protocolMismatch = Code("protocolMismatch")
        /// TLS did not come about: a certificate is not trusted, or the peer does not speak TLS.
        public static let tlsFailed = Code("tlsFailed")
        /// The broker refused the user or the password.
        public static let loginRefused = Code("loginRefused")
        /// The virtual host does not exist or the user may not use it.
        public static let virtualHostRefused = Code("virtualHostRefused")
        /// The connection broke.
        public static let lost = Code("lost")
        /// The broker closed the connection.
        public static let closedByBroker = Code("closedByBroker")
        /// The program closed the connection.
        public static let closed = Code("closed")
        /// The broker allows no further channel.
        public static let channelLimit = Code("channelLimit")

        /// The code's name.
        public var description: String { name }
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, where, and what may help, for people.
    public var reason: String
    /// What the broker said, if it said something.
    public var cause: AMQPError?

    init(_ code: Code, _ reason: String, cause: AMQPError? = nil) {
        self.code = code
        self.reason = reason
        self.cause = cause
    }

    /// What happened, where, and what may help.
    public var description: String { reason }

    /// Whether it may go better at another time without a change to program or broker.
    var isTransient: Bool {
        switch code {
        case .unreachable, .timedOut, .lost: true
        // A broker that shuts down comes back; what else it closes a connection for, it would close the next one for.
        case .closedByBroker: [.connectionForced, .internalError].contains(cause?.code)
        default: false
        }
    }
}
