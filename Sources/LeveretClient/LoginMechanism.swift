/// How a client logs in.
public struct LoginMechanism: Sendable, Hashable, CustomStringConvertible {
    /// SASL's name of the mechanism.
    let name: String

    private init(_ name: String) { self.name = name }

    /// By user and password.
    public static let plain = LoginMechanism("PLAIN")
    /// By the certificate that the client shows with TLS, which names the user; the password is not used.
    public static let external = LoginMechanism("EXTERNAL")

    /// SASL's name of the mechanism.
    public var description: String { name }

    init?(parameter: String) {
        switch parameter.uppercased() {
        case "PLAIN": self = .plain
        case "EXTERNAL": self = .external
        default: return nil
        }
    }
}
