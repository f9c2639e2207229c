import LeveretModel

/// How a queue or an exchange tells messages that were there before.
struct DeduplicationSettings: Hashable {
    /// The header that says which messages are the same (argument `x-deduplication-header`).
    var header: String
    /// How many messages are remembered (`x-cache-size`).
    var capacity: Int
    /// How long a message is remembered, in milliseconds (`x-cache-ttl`); `nil` is until there are too many others.
    var lifetime: UInt64?

    static let defaultHeader = "x-deduplication-header"
    static let defaultCapacity = 10_000
    /// More than this is not remembered, whatever the arguments say.
    static let largestCapacity = 10_000_000

    /// Reads the arguments of a queue or an exchange; `nil` if it does not deduplicate.
    init?(_ arguments: FieldTable) {
        guard case .boolean(true) = arguments["x-message-deduplication"] else { return nil }
        header = arguments["x-deduplication-header"]?.string ?? Self.defaultHeader
        capacity = Int(clamping: arguments["x-cache-size"]?.integer ?? Int64(Self.defaultCapacity))
        capacity = min(max(1, capacity), Self.largestCapacity)
        lifetime = arguments["x-cache-ttl"]?.integer.map { UInt64(clamping: $0) }
    }
}
