#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import Leveret
import LeveretClient
import LeveretModel
import LeveretServer
import LeveretTestSupport
import Testing

/// A way to a broker. Every promise of `MessageChannel` is to hold for all of them.
enum Door: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case inMemory = "in process, in memory"
    case inDirectory = "in process, in a directory"
    case network = "over TCP"
    case tls = "over TLS"
    case socketFile = "over a socket file"
    case rabbitMQ = "RabbitMQ"

    var testDescription: String { rawValue }

    /// Names the broker to compare with, for example `amqp://localhost`.
    private static let rabbitMQVariable = "LEVERET_RABBITMQ_URL"

    private static var rabbitMQString: String? { getenv(rabbitMQVariable).map { String(cString: $0) } }

    static var available: [Door] { allCases.filter { $0 != .rabbitMQ || rabbitMQString != nil } }

    /// Opens the door, hands it to `body`, and removes what was made behind it.
    func open(_ body: (Visit) async throws -> Void) async throws {
        switch self {
        case .inMemory: try await Self.openInProcess(.inMemory, body)
        case .inDirectory:
            let directory = try TemporaryDirectory()
            try await Self.openInProcess(.directory(directory.path), body)
        case .network, .tls, .socketFile, .rabbitMQ: try await openAddress { try await Self.openClient($0, body) }
        }
    }

    /// The doors that lead over a network.
    static var networks: [Door] { available.filter { $0 != .inMemory && $0 != .inDirectory } }

    /// Tells `body` where the broker is, if it is behind a network.
    func openAddress(_ body: (ConnectionConfiguration) async throws -> Void) async throws {
        switch self {
        case .inMemory, .inDirectory: throw Unexpected("the broker has no address")
        case .network: try await Self.openServer(body)
        case .tls: try await Self.openServerWithTLS(body)
        case .socketFile: try await Self.openSocketFile(body)
        case .rabbitMQ: try await body(ConnectionConfiguration(try #require(Self.rabbitMQString)))
        }
    }

    private static func openInProcess(
        _ storage: BrokerConfiguration.Storage,
        _ body: (Visit) async throws -> Void
    ) async throws {
        try await Broker.run(BrokerConfiguration(storage: storage)) { broker in
            try await Visit.run(
                open: { try await broker.openChannel() },
                openElsewhere: { try await broker.openChannel() },
                withOwner: { try await broker.withChannel(virtualHost: "/", $0) },
                body
            )
        }
    }

    private static func openServer(_ body: (ConnectionConfiguration) async throws -> Void) async throws {
        try await Broker.run(BrokerConfiguration(storage: .inMemory)) { broker in
            try await broker.listen(.init(host: "127.0.0.1", port: 0)) { addresses in
                let port = try #require(addresses.first?.port)
                try await body(ConnectionConfiguration(host: "127.0.0.1", port: port))
            }
        }
    }

    private static func openServerWithTLS(_ body: (ConnectionConfiguration) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let files = TestCertificate.server.write("server", to: directory.path)
        var configuration = ServerConfiguration(addresses: [.tls("127.0.0.1", port: 0)])
        configuration.tls = ServerTLS(certificate: files.certificate, key: files.key)
        var tls = ClientTLS()
        tls.authorities = TestCertificate.authority.write("authority", to: directory.path).certificate
        try await Broker.run(BrokerConfiguration(storage: .inMemory)) { broker in
            try await broker.listen(configuration) { addresses in
                let port = try #require(addresses.first?.port)
                try await body(ConnectionConfiguration(host: "127.0.0.1", port: port, tls: tls))
            }
        }
    }

    private static func openSocketFile(_ body: (ConnectionConfiguration) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path(of: "amqp.sock")
        try await Broker.run(BrokerConfiguration(storage: .inMemory)) { broker in
            try await broker.listen(.init(addresses: [.unixDomainSocket(path: path)])) { _ in
                var configuration = ConnectionConfiguration()
                configuration.socketPath = path
                try await body(configuration)
            }
        }
    }

    private static func openClient(
        _ configuration: ConnectionConfiguration,
        _ body: (Visit) async throws -> Void
    ) async throws {
        try await AMQPConnection.withConnection(configuration) { connection in
            try await AMQPConnection.withConnection(configuration) { other in
                try await Visit.run(
                    open: { try await connection.openChannel() },
                    openElsewhere: { try await other.openChannel() },
                    withOwner: { body in
                        try await AMQPConnection.withConnection(configuration) { owner in
                            try await owner.withChannel(body)
                        }
                    },
                    body
                )
            }
        }
    }
}

/// Something that a test needs did not happen.
struct Unexpected: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
