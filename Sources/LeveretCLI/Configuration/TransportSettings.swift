import LeveretServer

/// How `leveret serve` lets clients in, from all sources of settings.
struct TransportSettings {
    /// `nil` without TLS.
    var tls: ServerTLS?
    var tlsPort: UInt16
    /// Whether there is no port without TLS.
    var isTLSOnly: Bool
    var socketPath: String?
    var allowsAnonymousLogin: Bool
    var compatibilityVersion: String?

    /// The names that a configuration file may hold.
    static let names: Set<String> = [
        "tls-certificate", "tls-key", "tls-server-names", "tls-port", "tls-ca", "tls-verify", "tls-login-from",
        "tls-only", "unix-socket",
        "no-anonymous-login", "compatibility-version",
    ]

    init(_ options: TransportOptions, _ layers: SettingLayers) throws(CommandFailure) {
        tls = try Self.tls(options, layers)
        tlsPort =
            try layers.value("tls-port", options.tlsPort, "a number from 0 to 65535", parse: { UInt16($0) }) ?? 5671
        isTLSOnly = try layers.flag("tls-only", options.tlsOnly)
        socketPath = try Self.path("unix-socket", options.unixSocket, layers)
        allowsAnonymousLogin = try !layers.flag("no-anonymous-login", options.noAnonymousLogin)
        compatibilityVersion =
            try layers.value("compatibility-version", options.compatibilityVersion, "a version") {
                $0.isEmpty ? nil : $0
            }
        guard !isTLSOnly || tls != nil else {
            throw CommandFailure(.usage, "--tls-only needs --tls-certificate and --tls-key")
        }
    }

    /// Where to listen, the plain port first.
    func addresses(host: String, port: UInt16) -> [ListenAddress] {
        var addresses: [ListenAddress] = isTLSOnly ? [] : [.host(host, port: Int(port))]
        if tls != nil { addresses.append(.tls(host, port: Int(tlsPort))) }
        if let socketPath { addresses.append(.unixDomainSocket(path: socketPath)) }
        return addresses
    }
}

// MARK: - TLS

extension TransportSettings {
    private static func tls(_ options: TransportOptions, _ layers: SettingLayers) throws(CommandFailure) -> ServerTLS? {
        let certificate = try path("tls-certificate", options.tlsCertificate, layers)
        let key = try path("tls-key", options.tlsKey, layers)
        let authorities = try path("tls-ca", options.tlsCa, layers)
        let verify = try layers.value("tls-verify", options.tlsVerify, "none, optional or required") { text in
            ServerTLS.ClientCertificates(rawValue: text)
        }
        let named = try layers.value("tls-server-names", options.tlsServerNames, "NAME=CERTIFICATE,KEY") { $0 }
        let name = try layers.value("tls-login-from", options.tlsLoginFrom, loginNames, parse: loginName)
        guard let certificate, let key else {
            let present = [
                ("--tls-certificate", certificate), ("--tls-key", key), ("--tls-ca", authorities),
                ("--tls-server-names", named),
            ]
            guard let found = present.first(where: { $0.1 != nil }) else { return nil }
            throw CommandFailure(.usage, "\(found.0) is given, and TLS needs both --tls-certificate and --tls-key")
        }
        var tls = ServerTLS(certificate: certificate, key: key)
        tls.namedCertificates = try named.map(namedCertificates) ?? []
        tls.authorities = authorities
        tls.clientCertificates = verify ?? (authorities == nil ? .none : .required)
        if let name { tls.loginName = name }
        guard tls.clientCertificates == .none || authorities != nil else {
            throw CommandFailure(.usage, "--tls-verify \(tls.clientCertificates.rawValue) needs --tls-ca")
        }
        return tls
    }

    /// Reads `shop.example.org=shop.pem,shop.key;*.example.org=all.pem,all.key`.
    static func namedCertificates(_ text: String) throws(CommandFailure) -> [ServerTLS.NamedCertificate] {
        var certificates: [ServerTLS.NamedCertificate] = []
        for entry in text.split(separator: ";") {
            let sides = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let files = sides.last?.split(separator: ",") ?? []
            guard sides.count == 2, !sides[0].isEmpty, files.count == 2 else {
                throw CommandFailure(
                    .usage,
                    "--tls-server-names holds \"\(entry)\" and must be of the form NAME=CERTIFICATE,KEY"
                )
            }
            certificates.append(
                .init(name: String(sides[0]), certificate: String(files[0]), key: String(files[1]))
            )
        }
        return certificates
    }

    /// What `tls-login-from` may be, for messages.
    static let loginNames = "dn, cn, san, san-email, san-uri or san-ip"

    static func loginName(_ text: String) -> CertificateLoginName? {
        switch text {
        case "dn": .distinguishedName
        case "cn": .commonName
        case "san": .alternativeDNSName
        case "san-email": .alternativeEmail
        case "san-uri": .alternativeURI
        case "san-ip": .alternativeIPAddress
        default: nil
        }
    }
}

extension TransportSettings {
    private static func path(
        _ name: String,
        _ option: String?,
        _ layers: SettingLayers
    ) throws(CommandFailure) -> String? {
        try layers.value(name, option, "a path") { $0.isEmpty ? nil : $0 }
    }
}
