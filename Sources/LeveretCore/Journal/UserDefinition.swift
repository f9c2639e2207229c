/// A user as the journal keeps it. The hash is RabbitMQ's form: base64 of salt and hash; an empty one fits no password.
package struct UserDefinition: Sendable, Hashable {
    package var name: String
    package var passwordHash: String
    package var hashingAlgorithm: String
    package var tags: [String]
    package var limits: UserLimits

    package init(
        name: String,
        passwordHash: String,
        hashingAlgorithm: String,
        tags: [String],
        limits: UserLimits = UserLimits()
    ) {
        self.name = name
        self.passwordHash = passwordHash
        self.hashingAlgorithm = hashingAlgorithm
        self.tags = tags
        self.limits = limits
    }
}

/// How much of the broker a user may take; `nil` is no limit.
package struct UserLimits: Sendable, Hashable {
    package var maxConnections: Int?
    /// Channels of all the user's connections together.
    package var maxChannels: Int?

    package init(maxConnections: Int? = nil, maxChannels: Int? = nil) {
        self.maxConnections = maxConnections
        self.maxChannels = maxChannels
    }
}
