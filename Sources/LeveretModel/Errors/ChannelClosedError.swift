/// The channel or its connection is no longer open, without an error of the broker's being the cause.
public struct ChannelClosedError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Why, for people.
    public var reason: String

    /// Makes the error.
    public init(reason: String) { self.reason = reason }

    /// Why, for people.
    public var description: String { "the channel is closed: \(reason)" }
}
