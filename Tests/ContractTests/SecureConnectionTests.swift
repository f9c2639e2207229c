import Leveret
import LeveretClient
import LeveretModel
import LeveretServer
import LeveretTestSupport
import Logging
import Testing

/// Who gets in over TLS, and by which name.
@Suite(.timeLimit(.minutes(1)))
struct SecureConnectionTests {
    private let directory: TemporaryDirectory
    private let authority: String
    private let otherAuthority: String

    init() throws {
        directory = try TemporaryDirectory()
        authority = TestCertificate.authority.write("ca", to: directory.path).certificate
        otherAuthority = TestCertificate.otherAuthority.write("other", to: directory.path).certificate
    }

    @Test func `a server without the client's trust is refused, and so is one for another host`() async throws {
        try await withServer { configuration, _ in
            await expectError(.tlsFailed, "not trusted here", configuration) { $0.authorities = otherAuthority }
            await expectError(.tlsFailed, "not trusted here", configuration) { $0.authorities = nil }
            try await connect(configuration) { $0.verification = .none }
            try await connect(configuration) { $0.authorities = authority }
        }
    }

    @Test func `a certificate for another host is refused, unless hosts do not count`() async throws {
        // A certificate without this machine's address and name.
        try await withServer(certificate: .odd) { configuration, _ in
            await expectError(.tlsFailed, "another host", configuration) { $0.authorities = authority }
            try await connect(configuration) { tls in
                tls.authorities = authority
                tls.verification = .authority
            }
            try await connect(configuration) { tls in
                tls.authorities = authority
                tls.serverName = "odd"
            }
        }
    }

    @Test func `a certificate logs in as the user whom it names`() async throws {
        try await withServer(asking: .required, by: .commonName) { configuration, server in
            var configuration = configuration
            configuration.mechanism = .external
            configuration.user = "somebody else"
            try await connect(configuration) {
                show(.guest, &$0)
            } then: {
                let information = try #require(server.connections.connections.first)
                #expect(information.user == "guest")
                #expect(information.mechanism == "EXTERNAL")
                #expect(information.isEncrypted)
            }
        }
    }

    @Test func `a certificate whose name is no user's does not log in`() async throws {
        try await withServer(asking: .required, by: .commonName) { configuration, _ in
            var configuration = configuration
            configuration.mechanism = .external
            await expectError(.loginRefused, "user of that name", configuration) { show(.client, &$0) }
        }
    }

    @Test func `a password logs in beside a certificate`() async throws {
        try await withServer(asking: .required, by: .commonName) { configuration, _ in
            try await connect(configuration) { show(.client, &$0) }
        }
    }

    @Test func `a certificate that is optional need not be shown, and is no login then`() async throws {
        try await withServer(asking: .optional, by: .commonName) { configuration, _ in
            try await connect(configuration) { $0.authorities = authority }
            var external = configuration
            external.mechanism = .external
            await expectError(.loginRefused, "not EXTERNAL", external) { $0.authorities = authority }
        }
    }

    @Test(arguments: [ServerTLS.ClientCertificates.optional, .required])
    func `a certificate of an authority that is not trusted ends the connection`(
        asked: ServerTLS.ClientCertificates
    ) async throws {
        try await withServer(asking: asked, by: .commonName) { configuration, server in
            await expectRefusal(configuration) { show(.stranger, &$0) }
            #expect(server.connections.connections.allSatisfy { $0.user == nil })
        }
    }

    @Test func `a client without the certificate that is required does not get in`() async throws {
        try await withServer(asking: .required, by: .commonName) { configuration, _ in
            await expectRefusal(configuration) { $0.authorities = authority }
        }
    }

    @Test func `connections go on when the certificate is changed, and new ones see the new one`() async throws {
        try await withServer { configuration, server in
            try await connect(configuration) {
                $0.authorities = authority
            } then: {
                TestCertificate.odd.write("server", to: directory.path)
                try server.reloadCertificates()
                await expectError(.tlsFailed, "another host", configuration) { $0.authorities = authority }
            }
        }
    }

    @Test func `one port speaks TLS while the other does not`() async throws {
        try await withServer(plainPort: true) { configuration, server in
            try await connect(configuration) {
                $0.authorities = authority
            } then: {
                #expect(server.connections.count == 1)
            }
            var plain = configuration
            plain.tls = nil
            let error = await #expect(throws: ConnectionError.self) { try await AMQPConnection.connect(plain) }
            #expect(error?.code == .protocolMismatch)
            #expect(error?.reason.contains("use amqps://") == true)
        }
    }

    @Test func `a server whose files are not good does not start`() async throws {
        var configuration = ServerConfiguration(addresses: [.tls("127.0.0.1", port: 0)])
        configuration.tls = ServerTLS(certificate: directory.path(of: "none.pem"), key: directory.path(of: "none.key"))
        let server = AMQPServer(broker: try Broker(), configuration: configuration, logger: silent)
        let error = await #expect(throws: ServerError.self) { try await server.start() }
        #expect(error?.description.contains("none.pem cannot be read") == true)
    }

    @Test func `files that a client cannot use are named`() async throws {
        var configuration = ConnectionConfiguration(tls: ClientTLS())
        configuration.tls?.authorities = directory.path(of: "none.pem")
        await expectError(.invalidConfiguration, "none.pem cannot be read", configuration) { _ in }
        await expectError(.invalidConfiguration, "no certificate", configuration) { $0.key = "key" }
        configuration.socketPath = "/socket"
        await expectError(.invalidConfiguration, "not both", configuration) { _ in }
    }
}

// MARK: - Steps

extension SecureConnectionTests {
    private var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private func withServer(
        certificate: TestCertificate = .server,
        asking asked: ServerTLS.ClientCertificates = .none,
        by name: CertificateLoginName = .distinguishedName,
        plainPort: Bool = false,
        _ body: (ConnectionConfiguration, AMQPServer) async throws -> Void
    ) async throws {
        let files = certificate.write("server", to: directory.path)
        var tls = ServerTLS(certificate: files.certificate, key: files.key)
        tls.authorities = authority
        tls.clientCertificates = asked
        tls.loginName = name
        var configuration = ServerConfiguration(addresses: [.tls("127.0.0.1", port: 0)])
        if plainPort { configuration.addresses.append(.host("127.0.0.1", port: 0)) }
        configuration.tls = tls
        let settings = configuration
        let silent = silent
        try await Broker.run { broker in
            let server = AMQPServer(broker: broker, configuration: settings, logger: silent)
            let port = try await server.start()[0].port
            var client = ConnectionConfiguration(host: "127.0.0.1", port: port, tls: ClientTLS())
            client.connectTimeout = .seconds(30)
            do {
                try await body(client, server)
            } catch {
                await server.shutDown()
                throw error
            }
            await server.shutDown()
        }
    }

    private func show(_ certificate: TestCertificate, _ tls: inout ClientTLS) {
        let files = certificate.write("client", to: directory.path)
        tls.authorities = authority
        tls.certificate = files.certificate
        tls.key = files.key
    }

    private func connect(
        _ configuration: ConnectionConfiguration,
        _ change: (inout ClientTLS) -> Void,
        then body: () async throws -> Void = {}
    ) async throws {
        try await AMQPConnection.withConnection(changed(configuration, change), logger: silent) { connection in
            try await connection.withChannel { _ in try await body() }
        }
    }

    private func expectError(
        _ code: ConnectionError.Code,
        _ words: String,
        _ configuration: ConnectionConfiguration,
        _ change: (inout ClientTLS) -> Void
    ) async {
        let error = await #expect(throws: ConnectionError.self) {
            try await AMQPConnection.connect(changed(configuration, change), logger: silent)
        }
        #expect(error?.code == code)
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }

    /// The server says why in an alert, which may be lost when it hangs up.
    private func expectRefusal(
        _ configuration: ConnectionConfiguration,
        _ change: (inout ClientTLS) -> Void
    ) async {
        let error = await #expect(throws: ConnectionError.self) {
            try await AMQPConnection.connect(changed(configuration, change), logger: silent)
        }
        #expect(error?.code == .tlsFailed || error?.code == .protocolMismatch, "\(error?.reason ?? "")")
    }

    private func changed(
        _ configuration: ConnectionConfiguration,
        _ change: (inout ClientTLS) -> Void
    ) -> ConnectionConfiguration {
        var configuration = configuration
        if var tls = configuration.tls {
            change(&tls)
            configuration.tls = tls
        }
        return configuration
    }
}
