/// How a server proves to clients who it is, and what it asks of them.
///
/// ```swift
/// var configuration = ServerConfiguration(addresses: [.host("0.0.0.0"), .tls("0.0.0.0")])
/// configuration.tls = ServerTLS(certificate: "/etc/leveret/server.pem", key: "/etc/leveret/server.key")
/// ```
///
/// TLS 1.2 and 1.3 are spoken. The files are read when the server starts and whenever
/// `AMQPServer.reloadCertificates()` is called.
public struct ServerTLS: Sendable, Hashable {
    /// What clients have to show.
    public enum ClientCertificates: String, Sendable, Hashable, CaseIterable {
        /// Clients are not asked for a certificate.
        case none
        /// A client may show a certificate, and one that `authorities` do not vouch for ends the connection.
        case optional
        /// A client without a certificate that `authorities` vouch for is not served.
        case required
    }

    /// A certificate for clients that ask for the server by a certain name (SNI).
    public struct NamedCertificate: Sendable, Hashable {
        /// The name, such as `broker.example.org`, or `*.example.org` for all with one part in place of the `*`.
        public var name: String
        /// A PEM file with the certificate, followed by those that lead to its authority.
        public var certificate: String
        /// A PEM file with the certificate's private key, without a password.
        public var key: String

        /// Names the files for a name.
        public init(name: String, certificate: String, key: String) {
            self.name = name
            self.certificate = certificate
            self.key = key
        }
    }

    /// A PEM file with the server's certificate, followed by those that lead to its authority.
    public var certificate: String
    /// A PEM file with the certificate's private key, without a password.
    public var key: String
    /// Certificates for some of the server's names. Clients that ask for none of them, or name no server, are shown
    /// `certificate`.
    public var namedCertificates: [NamedCertificate] = []
    /// A PEM file with the certificates of those who may vouch for clients. Needed if clients are asked at all.
    public var authorities: String?
    /// What clients have to show.
    public var clientCertificates = ClientCertificates.none
    /// Which name in a client's certificate is the user that logs in with the mechanism EXTERNAL.
    public var loginName = CertificateLoginName.distinguishedName

    /// Makes settings for clients that need no certificate.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
