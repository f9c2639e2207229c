import LeveretCore

/// Why a change of users, virtual hosts, permissions or policies is refused. Nothing has changed then.
public struct AdministrationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of refusal. More kinds may come.
    public struct Code: Sendable, Hashable {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// What is to be changed, or what the change refers to, does not exist.
        public static let notFound = Code("notFound")
        /// There is one of that name already.
        public static let alreadyExists = Code("alreadyExists")
        /// A name, a regular expression or a value cannot be taken.
        public static let invalid = Code("invalid")
        /// The login is refused.
        public static let loginRefused = Code("loginRefused")
    }

    /// The kind of refusal.
    public let code: Code
    /// What is refused and why, in one line.
    public let text: String

    package init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }

    /// What is refused and why, in one line.
    public var description: String { text }
}

extension AdministrationError {
    init(_ error: DefinitionError) {
        switch error.kind {
        case .notFound: self.init(.notFound, error.text)
        case .alreadyExists: self.init(.alreadyExists, error.text)
        case .invalid: self.init(.invalid, error.text)
        }
    }
}

extension Broker {
    /// Makes a change of the definitions that there are, and returns when it is on disk.
    func define(
        _ change: (borrowing BrokerCore) throws(DefinitionError) -> DefinitionChange
    ) async throws {
        let position: JournalPosition
        do throws(DefinitionError) {
            position = try driver.define(change)
        } catch {
            throw AdministrationError(error)
        }
        try await driver.waitUntilDurable(position)
    }
}

extension Broker {
    /// Refuses to go on about a virtual host that is not there.
    func require(virtualHost name: String) throws {
        guard driver.inspect({ $0.virtualHostDefinition(name) }) == nil else { return }
        throw AdministrationError(.noVirtualHost(name))
    }

    /// Refuses to go on about a user who is not there.
    func require(user name: String) throws {
        guard driver.inspect({ $0.user(named: name) }) == nil else { return }
        throw AdministrationError(.noUser(name))
    }
}
