/// What keeps an outbox from being used, and what to do about it.
public struct OutboxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Kinds of failure. There may be more of them in later versions.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// SQLite cannot open, read or write the database.
        public static let database = Code("database")
        /// The database has no outbox.
        public static let missingTable = Code("missingTable")
        /// A row, or a message on its way into one, is nothing that can be published.
        public static let invalidMessage = Code("invalidMessage")

        /// The code's name.
        public var description: String { name }
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, where, and what may help.
    public var reason: String

    init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// What happened, where, and what may help.
    public var description: String { reason }
}
