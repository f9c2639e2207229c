/// A connection string that cannot be used, and why.
public struct ConnectionStringError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, for people. A password never appears in it.
    public var reason: String

    init(_ reason: String) { self.reason = reason }

    /// What is wrong, for people.
    public var description: String { "the connection string cannot be used: \(reason)" }
}
