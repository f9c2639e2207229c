import LeveretCore

/// Who may enter a broker.
package enum AuthenticationResult: Sendable, Hashable {
    case accepted
    case refused
}

/// The users that a broker knows, and the one that it starts with.
enum Credentials {
    /// The user of a new broker, as RabbitMQ has it: only clients on the same machine may log in by that name.
    static let guest = "guest"

    /// What a new data directory begins with: virtual host `/`, and `guest` with all rights in it.
    static func initialDefinitions() -> [DefinitionChange] {
        [
            .putVirtualHost(VirtualHostDefinition(name: "/")),
            .putUser(
                UserDefinition(
                    name: guest,
                    passwordHash: PasswordHash(password: Array(guest.utf8)).encoded,
                    hashingAlgorithm: PasswordHashAlgorithm.sha256.rawValue,
                    tags: ["administrator"]
                )
            ),
            .putPermission(
                PermissionDefinition(user: guest, virtualHost: "/", configure: ".*", write: ".*", read: ".*")
            ),
        ]
    }
}

extension Broker {
    /// Checks a login. An unknown user costs as much time as a wrong password. Nobody logs in with a blank password.
    package func authenticate(user: String, password: [UInt8], fromLoopback: Bool) -> AuthenticationResult {
        let known = driver.inspect { $0.user(named: user) }
        let algorithm = known.flatMap { PasswordHashAlgorithm(rawValue: $0.hashingAlgorithm) }
        let hash = PasswordHash(encoded: known?.passwordHash ?? Broker.hashOfNobody, algorithm: algorithm ?? .sha256)
        let matches = hash.matches(password)
        guard algorithm != nil, matches, !password.isEmpty else { return .refused }
        return user == Credentials.guest && !fromLoopback ? .refused : .accepted
    }

    private static let hashOfNobody = PasswordHash(password: []).encoded
}
