import LeveretTLS
import NIOCore
import NIOSSL

/// How a client checks the broker's certificate, and which one it shows itself.
///
/// ```swift
/// var tls = ClientTLS()
/// tls.authorities = "/etc/leveret/ca.pem"
/// let configuration = ConnectionConfiguration(host: "broker.example.org", tls: tls)
/// ```
///
/// TLS 1.2 and 1.3 are spoken. The files are read for each connection.
public struct ClientTLS: Sendable, Hashable {
    /// What the broker's certificate has to prove.
    public enum Verification: Sendable, Hashable {
        /// That a trusted authority vouches for it and that it is for the host connected to.
        case full
        /// That a trusted authority vouches for it, whichever host it is for.
        case authority
        /// Nothing: whoever is in between can read and change everything. For tests.
        case none
    }

    /// A PEM file with the certificates of those who may vouch for the broker; `nil` trusts whom the system trusts.
    public var authorities: String?
    /// A PEM file with the certificate to show to the broker, followed by those that lead to its authority.
    public var certificate: String?
    /// A PEM file with the certificate's private key, without a password; `nil` if it is in the same file.
    public var key: String?
    /// The name that the broker's certificate must have, and that the broker is told (SNI); `nil` for the host. A
    /// certificate for the very address that is connected to is good as well.
    public var serverName: String?
    /// What the broker's certificate has to prove.
    public var verification = Verification.full

    /// Makes settings for a broker that the system's authorities vouch for, and that asks for no certificate.
    public init() {}
}

extension ClientTLS {
    /// Throws if the settings contradict each other.
    func validate() throws(ConnectionError) {
        if key != nil, certificate == nil {
            throw ConnectionError(.invalidConfiguration, "there is a key for TLS but no certificate that it belongs to")
        }
    }

    /// Reads the files.
    func context() throws(ConnectionError) -> NIOSSLContext {
        do {
            return try TLSIdentity.clientContext(
                certificate.map { TLSIdentity(certificate: $0, key: key ?? $0) },
                authorities: authorities,
                verification: certificateVerification
            )
        } catch {
            throw ConnectionError(.invalidConfiguration, "\(error)")
        }
    }

    /// The name that the broker is told; `nil` for an address, which TLS compares with the certificate by itself.
    func nameToTell(host: String) -> String? {
        let name = serverName ?? host
        return (try? SocketAddress(ipAddress: name, port: 0)) == nil ? name : nil
    }

    private var certificateVerification: CertificateVerification {
        switch verification {
        case .full: .fullVerification
        case .authority: .noHostnameVerification
        case .none: .none
        }
    }
}
