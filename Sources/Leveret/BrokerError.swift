/// Why a broker cannot start or go on.
public struct BrokerError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. More kinds may come.
    public struct Code: Sendable, Hashable {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// The data directory cannot be used: locked, damaged, written by a newer version, or not writable.
        public static let dataDirectory = Code("dataDirectory")
        /// The journal failed while the broker ran. What was confirmed is kept; a restart recovers it.
        public static let journalFailed = Code("journalFailed")
        /// The broker has been shut down.
        public static let shutDown = Code("shutDown")
    }

    /// The kind of failure.
    public let code: Code
    /// What failed, where, and what to do, in one line.
    public let text: String

    package init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }

    /// What failed, where, and what to do, in one line.
    public var description: String { text }
}
