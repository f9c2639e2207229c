import LeveretCore

extension Broker {
    /// Checks the login of a user whom a certificate names that TLS has verified. No password is needed, but the user
    /// must exist.
    package func authenticate(certificateUser user: String, fromLoopback: Bool) -> AuthenticationResult {
        guard driver.inspect({ $0.user(named: user) }) != nil else { return .refused }
        return user == Credentials.guest && !fromLoopback ? .refused : .accepted
    }
}
