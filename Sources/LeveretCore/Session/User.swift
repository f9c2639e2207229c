/// A user, and how much of the broker the user's connections take.
final class User {
    var definition: UserDefinition
    var connectionCount = 0
    var channelCount = 0

    init(_ definition: UserDefinition) { self.definition = definition }

    /// Whether the user may publish in other users' names.
    var isImpersonator: Bool { definition.tags.contains("impersonator") }
}
