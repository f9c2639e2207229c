import LeveretCore

/// Somebody who may log in.
public struct UserInformation: Sendable, Hashable, Codable {
    /// The name that the user logs in by.
    public var name: String
    /// What the user is besides: `administrator` and `monitoring` mean something to tools, `impersonator` lets the
    /// user publish in other users' names.
    public var tags: [String]
    /// The most connections that the user may have; `nil` is no limit.
    public var maxConnections: Int?
    /// The most channels that the user may have open in all connections together; `nil` is no limit.
    public var maxChannels: Int?
}

extension Broker {
    /// The users, by name.
    public var users: [UserInformation] { driver.inspect { $0.userDefinitions }.map(UserInformation.init) }

    /// Adds a user, who may enter no virtual host until given permissions there.
    ///
    /// - Parameter password: any bytes, at least one.
    /// - Throws: `AdministrationError` if there is a user of that name, or if the name or the password is not valid.
    public func addUser(_ name: String, password: [UInt8], tags: [String] = []) async throws {
        try await addUser(name, try Self.hash(password), tags)
    }

    /// Adds a user, who may enter no virtual host until given permissions there.
    ///
    /// - Throws: `AdministrationError` if there is a user of that name, or if the name or the password is not valid.
    public func addUser(_ name: String, password: String, tags: [String] = []) async throws {
        try await addUser(name, password: Array(password.utf8), tags: tags)
    }

    /// Adds a user whose password was hashed elsewhere.
    ///
    /// - Parameters:
    ///   - passwordHash: base64 of four bytes of salt and the digest of salt and password, as RabbitMQ exports it; an
    ///     empty one lets nobody log in.
    ///   - algorithm: RabbitMQ's name for the digest: `rabbit_password_hashing_sha256`, `…_sha512` or `…_md5`.
    /// - Throws: `AdministrationError` if there is a user of that name, or if the hash is not valid.
    public func addUser(
        _ name: String,
        passwordHash: String,
        algorithm: String = "rabbit_password_hashing_sha256",
        tags: [String] = []
    ) async throws {
        guard let algorithm = PasswordHashAlgorithm(rawValue: algorithm) else {
            let known = PasswordHashAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw AdministrationError(.invalid, "'\(algorithm)' is not a known hashing algorithm; there are \(known)")
        }
        let hash = PasswordHash(encoded: passwordHash, algorithm: algorithm)
        guard hash.isWellFormed else {
            throw AdministrationError(.invalid, "the password hash is not base64 of four bytes of salt and a digest")
        }
        try await addUser(name, hash, tags)
    }

    private func addUser(_ name: String, _ hash: PasswordHash, _ tags: [String]) async throws {
        try await define { core throws(DefinitionError) in
            guard core.user(named: name) == nil else {
                throw DefinitionError(.alreadyExists, "user '\(name)' exists already")
            }
            return .putUser(
                UserDefinition(
                    name: name,
                    passwordHash: hash.encoded,
                    hashingAlgorithm: hash.algorithm.rawValue,
                    tags: tags
                )
            )
        }
    }

    /// Deletes a user with all permissions, and closes the user's connections.
    ///
    /// - Throws: `AdministrationError` if there is none.
    public func deleteUser(_ name: String) async throws {
        try await define { _ in .deleteUser(name: name) }
    }

    /// Gives a user another password. Connections that are there stay.
    ///
    /// - Throws: `AdministrationError` if there is no such user, or if the password is blank.
    public func changePassword(of name: String, to password: [UInt8]) async throws {
        let hash = try Self.hash(password)
        try await changeUser(name) { definition in
            definition.passwordHash = hash.encoded
            definition.hashingAlgorithm = hash.algorithm.rawValue
        }
    }

    /// Gives a user these tags and no others.
    ///
    /// - Throws: `AdministrationError` if there is no such user.
    public func setTags(_ tags: [String], ofUser name: String) async throws {
        try await changeUser(name) { $0.tags = tags }
    }

    /// Sets the limits of a user, which count for connections and channels to come; `nil` is no limit.
    ///
    /// - Throws: `AdministrationError` if there is no such user.
    public func setUserLimits(_ name: String, maxConnections: Int?, maxChannels: Int?) async throws {
        let limits = UserLimits(
            maxConnections: maxConnections.unlessNegative,
            maxChannels: maxChannels.unlessNegative
        )
        try await changeUser(name) { $0.limits = limits }
    }

    /// Sets those limits that are given; a negative number is no limit.
    func updateUserLimits(_ name: String, maxConnections: Int?, maxChannels: Int?) async throws {
        try await changeUser(name) { definition in
            if maxConnections != nil { definition.limits.maxConnections = maxConnections.unlessNegative }
            if maxChannels != nil { definition.limits.maxChannels = maxChannels.unlessNegative }
        }
    }

    private func changeUser(_ name: String, _ change: (inout UserDefinition) -> Void) async throws {
        try await define { core throws(DefinitionError) in
            guard var definition = core.user(named: name) else { throw .noUser(name) }
            change(&definition)
            return .putUser(definition)
        }
    }

    private static func hash(_ password: [UInt8]) throws -> PasswordHash {
        guard !password.isEmpty else { throw AdministrationError(.invalid, "a password may not be blank") }
        return PasswordHash(password: password)
    }
}

extension UserInformation {
    fileprivate init(_ definition: UserDefinition) {
        self.init(
            name: definition.name,
            tags: definition.tags,
            maxConnections: definition.limits.maxConnections,
            maxChannels: definition.limits.maxChannels
        )
    }
}
