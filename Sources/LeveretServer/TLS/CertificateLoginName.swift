import LeveretTLS

/// Which name in a client's certificate is the name of the user that logs in with it.
public struct CertificateLoginName: Sendable, Hashable {
    private enum Place: Sendable, Hashable {
        case distinguishedName
        case commonName
        case alternativeName(CertificateNames.Kind)
    }

    private let place: Place

    private init(_ place: Place) { self.place = place }

    /// The whole subject as RFC 4514 writes it: `CN=orders,O=Example,C=DE`. RabbitMQ's default, and ours.
    public static let distinguishedName = CertificateLoginName(.distinguishedName)
    /// The common name in the subject; several are joined by commas.
    public static let commonName = CertificateLoginName(.commonName)
    /// The first alternative name that is a DNS name.
    public static let alternativeDNSName = CertificateLoginName(.alternativeName(.dns))
    /// The first alternative name that is an e-mail address.
    public static let alternativeEmail = CertificateLoginName(.alternativeName(.email))
    /// The first alternative name that is a URI.
    public static let alternativeURI = CertificateLoginName(.alternativeName(.uri))
    /// The first alternative name that is an IP address.
    public static let alternativeIPAddress = CertificateLoginName(.alternativeName(.ip))

    /// The name, or `nil` if the certificate has none of that kind.
    func user(in names: CertificateNames) -> String? {
        let user: String? =
            switch place {
            case .distinguishedName: names.distinguishedName
            case .commonName: names.commonNames.joined(separator: ",")
            case .alternativeName(let kind): names.alternativeNames.first { $0.kind == kind }?.text
            }
        return user?.isEmpty == false ? user : nil
    }
}
