package import NIOSSL

/// The certificates that a server shows to clients that ask for it by certain names (SNI).
package struct ServerNames: Sendable {
    private var byName: [String: NIOSSLContextConfigurationOverride] = [:]

    /// Has a certificate for no name.
    package init() {}

    /// Reads the files and checks that each key belongs to its certificate.
    package init(_ identities: [(name: String, identity: TLSIdentity)]) throws(TLSFileError) {
        for (name, identity) in identities { byName[name.lowercased()] = try identity.override() }
    }

    package var isEmpty: Bool { byName.isEmpty }

    /// The certificate for a name: one of exactly that name, or for `*` in place of its first part. `nil` if there is
    /// none, and for a client that names no server.
    package func certificate(for name: String?) -> NIOSSLContextConfigurationOverride? {
        guard let name = name?.lowercased() else { return nil }
        if let exact = byName[name] { return exact }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        return byName["*" + name[dot...]]
    }
}
