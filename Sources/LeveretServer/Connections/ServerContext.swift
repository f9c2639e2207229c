import Leveret
import LeveretCore
import LeveretModel
import LeveretTLS
import LeveretWire
import Logging
import NIOCore
import NIOSSL
import Synchronization

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
    let outboundWindow: Int
    private let loadedCertificates = Mutex<ServerCertificates?>(nil)

    init(broker: Broker, configuration: ServerConfiguration, registry: ConnectionRegistry, logger: Logger) {
        self.broker = broker
        self.configuration = configuration
        self.registry = registry
        self.logger = logger
        serverProperties = .serverProperties(configuration)
        bodyLimit = broker.configuration.maximumMessageSize
        outboundWindow = broker.driver.outboundWindow
    }

    /// For the listeners with TLS; `nil` before they are read, and without TLS.
    var certificates: ServerCertificates? { loadedCertificates.withLock { $0 } }

    func readCertificates() throws {
        guard let tls = configuration.tls else { return }
        let certificates = try ServerCertificates(tls)
        loadedCertificates.withLock { $0 = certificates }
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

extension ServerContext {
    /// How the client of a connection may log in; with TLS to be asked after its handshake.
    func loginOffer(for channel: any NIOCore.Channel, isLoopback: Bool, _ logger: Logger) -> LoginOffer {
        LoginOffer(
            certificateUser: certificateUser(of: channel, logger),
            allowsAnonymous: configuration.allowsAnonymousLogin && isLoopback
        )
    }

    /// The user whom the client's verified certificate names.
    private func certificateUser(of channel: any NIOCore.Channel, _ logger: Logger) -> String? {
        guard let tls = configuration.tls, tls.clientCertificates != .none,
            let certificate = try? channel.pipeline.syncOperations.nioSSL_peerCertificate(),
            let bytes = try? certificate.toDERBytes()
        else { return nil }
        let user = CertificateNames(der: bytes).flatMap(tls.loginName.user)
        if user == nil { logger.info("the client's certificate has no name to log in with") }
        return user
    }
}
