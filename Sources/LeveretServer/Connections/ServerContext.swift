import Leveret
import LeveretCore
import LeveretModel
import LeveretWire
import Logging

/// What all connections of a server share.
final class ServerContext: Sendable {
    let broker: Broker
    let configuration: ServerConfiguration
    let registry: ConnectionRegistry
    let logger: Logger
    let serverProperties: FieldTable
    /// A longer body is refused, in bytes.
    let bodyLimit: Int
    /// Bytes that the core delivers to a session before it waits for the client to take some.
    let outboundWindow = CoreLimits().outboundWindow

    init(broker: Broker, configuration: ServerConfiguration, registry: ConnectionRegistry, logger: Logger) {
        self.broker = broker
        self.configuration = configuration
        self.registry = registry
        self.logger = logger
        serverProperties = .serverProperties(configuration)
        bodyLimit = broker.configuration.maximumMessageSize
    }

    /// What connection.tune proposes.
    var proposal: FrameLimits {
        FrameLimits(
            frameMax: configuration.frameMax,
            channelMax: configuration.channelMax,
            heartbeat: configuration.heartbeat
        )
    }

    /// Milliseconds since 1970.
    func now() -> UInt64 { BrokerClock.system.now().milliseconds }

    func makeMachine() -> ConnectionStateMachine {
        ConnectionStateMachine(
            handshake: HandshakeStateMachine(serverProperties: serverProperties, proposal: proposal),
            bodyLimit: bodyLimit
        )
    }
}
