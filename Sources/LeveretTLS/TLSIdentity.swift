import NIOCore
package import NIOSSL

/// The files by which one side of a connection proves who it is.
package struct TLSIdentity: Sendable, Hashable {
    /// The certificate, and behind it those that lead to the authority.
    package var certificate: String
    /// The private key of the certificate.
    package var key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

extension TLSIdentity {
    /// What connections of a server share.
    ///
    /// - Parameters:
    ///   - authorities: a file with the certificates of those who may vouch for clients.
    ///   - names: what clients are shown that ask for the server by other names.
    package func serverContext(
        authorities: String?,
        verification: CertificateVerification,
        names: ServerNames = ServerNames()
    ) throws(TLSFileError) -> NIOSSLContext {
        let chain = try TLSFile.certificates(certificate)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try TLSFile.privateKey(key))
        )
        configuration.certificateVerification = verification
        if !names.isEmpty {
            configuration.sslContextCallback = { client, promise in
                promise.succeed(names.certificate(for: client.serverHostname) ?? .noChanges)
            }
        }
        if let authorities {
            configuration.trustRoots = .certificates(try TLSFile.certificates(authorities, "authority file"))
            // Clients with several certificates choose by the names.
            configuration.sendCANameList = true
        }
        return try makeContext(configuration)
    }

    /// The certificate in place of another one.
    func override() throws(TLSFileError) -> NIOSSLContextConfigurationOverride {
        let chain = try TLSFile.certificates(certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = NIOSSLPrivateKeySource.privateKey(try TLSFile.privateKey(key))
        // That they belong together is found out by using them.
        _ = try makeContext(.makeServerConfiguration(certificateChain: chain, privateKey: key))
        var override = NIOSSLContextConfigurationOverride()
        override.certificateChain = chain
        override.privateKey = key
        return override
    }

    /// What connections of a client share.
    ///
    /// - Parameter authorities: a file with the certificates of those who may vouch for the server; `nil` trusts whom
    ///   the system trusts.
    package static func clientContext(
        _ identity: TLSIdentity?,
        authorities: String?,
        verification: CertificateVerification
    ) throws(TLSFileError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = verification
        if let authorities {
            configuration.trustRoots = .certificates(try TLSFile.certificates(authorities, "authority file"))
        }
        guard let identity else { return try context(configuration) }
        configuration.certificateChain = try TLSFile.certificates(identity.certificate).map { .certificate($0) }
        configuration.privateKey = .privateKey(try TLSFile.privateKey(identity.key))
        return try identity.makeContext(configuration)
    }

    /// Both files are good by themselves, so what a key can be refused for is that it belongs to another certificate.
    private func makeContext(_ configuration: TLSConfiguration) throws(TLSFileError) -> NIOSSLContext {
        do {
            return try Self.make(configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw TLSFileError("the key file \(key) does not belong to the certificate in \(certificate)")
        } catch {
            throw TLSFileError("the certificate in \(certificate) cannot be used: \(error)")
        }
    }

    private static func context(_ configuration: TLSConfiguration) throws(TLSFileError) -> NIOSSLContext {
        do {
            return try make(configuration)
        } catch {
            throw TLSFileError("the authorities cannot be used: \(error)")
        }
    }

    private static func make(_ configuration: TLSConfiguration) throws -> NIOSSLContext {
        var configuration = configuration
        configuration.minimumTLSVersion = .tlsv12
        // A peer that is gone does not answer the goodbye.
        configuration.shutdownTimeout = .seconds(1)
        return try NIOSSLContext(configuration: configuration)
    }
}
