import LeveretTLS
import NIOSSL
import Synchronization

/// The certificate that new connections are shown. It can be read again while the server runs.
final class ServerCertificates: Sendable {
    let settings: ServerTLS
    private let current: Mutex<NIOSSLContext>

    /// Reads the files.
    init(_ settings: ServerTLS) throws(ServerError) {
        self.settings = settings
        current = Mutex(try Self.read(settings))
    }

    /// For the next connection. Those that there are keep what they began with.
    var context: NIOSSLContext { current.withLock { $0 } }

    /// Reads the files again; if that fails, everything stays as it was.
    func reload() throws(ServerError) {
        let context = try Self.read(settings)
        current.withLock { $0 = context }
    }

    private static func read(_ settings: ServerTLS) throws(ServerError) -> NIOSSLContext {
        let identity = TLSIdentity(certificate: settings.certificate, key: settings.key)
        do {
            return try identity.serverContext(
                authorities: settings.authorities,
                verification: settings.clientCertificates.verification,
                names: try ServerNames(settings.namedCertificates.map { ($0.name, $0.identity) })
            )
        } catch {
            throw .unusableCertificate("\(error)")
        }
    }
}

extension ServerTLS.NamedCertificate {
    fileprivate var identity: TLSIdentity { TLSIdentity(certificate: certificate, key: key) }
}

extension ServerTLS.ClientCertificates {
    /// Clients connect from anywhere, so that the host names in their certificates say nothing.
    fileprivate var verification: CertificateVerification {
        switch self {
        case .none: .none
        case .optional: .optionalVerification
        case .required: .noHostnameVerification
        }
    }
}
