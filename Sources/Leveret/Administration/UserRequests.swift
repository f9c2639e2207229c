import FoundationEssentials

/// Asks for the users.
package struct ListUsers: OperatorRequest {
    package static let command = "list_users"

    package init() {}

    package func perform(on broker: Broker) async throws -> [UserInformation] { broker.users }
}

/// Adds a user, with a password or with the hash of one.
package struct AddUser: OperatorRequest {
    package static let command = "add_user"
    private let name: String
    private let password: Data?
    private let passwordHash: String?

    package init(name: String, password: [UInt8]) {
        self.name = name
        self.password = Data(password)
        passwordHash = nil
    }

    package init(name: String, passwordHash: String) {
        self.name = name
        password = nil
        self.passwordHash = passwordHash
    }

    package func perform(on broker: Broker) async throws -> Done {
        if let passwordHash {
            try await broker.addUser(name, passwordHash: passwordHash)
        } else {
            try await broker.addUser(name, password: [UInt8](password ?? Data()))
        }
        return Done()
    }
}

/// Deletes a user.
package struct DeleteUser: OperatorRequest {
    package static let command = "delete_user"
    private let name: String

    package init(name: String) { self.name = name }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.deleteUser(name)
        return Done()
    }
}

/// Gives a user another password.
package struct ChangePassword: OperatorRequest {
    package static let command = "change_password"
    private let name: String
    private let password: Data

    package init(name: String, password: [UInt8]) {
        self.name = name
        self.password = Data(password)
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.changePassword(of: name, to: [UInt8](password))
        return Done()
    }
}

/// Asks whether a user may log in by a password.
package struct AuthenticateUser: OperatorRequest {
    package static let command = "authenticate_user"
    private let name: String
    private let password: Data

    package init(name: String, password: [UInt8]) {
        self.name = name
        self.password = Data(password)
    }

    package func perform(on broker: Broker) async throws -> Done {
        let result = broker.authenticate(user: name, password: [UInt8](password), fromLoopback: true)
        guard result == .accepted else {
            throw AdministrationError(.loginRefused, "user '\(name)' may not log in by this password")
        }
        return Done()
    }
}

/// Gives a user these tags and no others.
package struct SetUserTags: OperatorRequest {
    package static let command = "set_user_tags"
    private let name: String
    private let tags: [String]

    package init(name: String, tags: [String]) {
        self.name = name
        self.tags = tags
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.setTags(tags, ofUser: name)
        return Done()
    }
}

/// Sets limits of a user; what is missing stays as it is, a negative number is no limit.
package struct UpdateUserLimits: OperatorRequest {
    package static let command = "set_user_limits"
    private let name: String
    private let maxConnections: Int?
    private let maxChannels: Int?

    package init(name: String, maxConnections: Int?, maxChannels: Int?) {
        self.name = name
        self.maxConnections = maxConnections
        self.maxChannels = maxChannels
    }

    package func perform(on broker: Broker) async throws -> Done {
        try await broker.updateUserLimits(name, maxConnections: maxConnections, maxChannels: maxChannels)
        return Done()
    }
}
