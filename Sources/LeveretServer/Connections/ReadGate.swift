/// Whether a connection may be read. Reading stops, and with it the client at last, for these reasons only.
struct ReadGate {
    /// Why the broker takes no messages for now; `nil` if it does.
    private var blockReason: String?
    /// Whether that concerns the client: it has published since, or still waits for answers to what it published.
    private(set) var isBlocked = false
    /// So much waits for the client to read that it must not ask for more.
    var isOutboundFull = false

    /// The client publishes faster than the disk takes it.
    var isJournalBehind = false

    var isOpen: Bool { !isBlocked && !isOutboundFull && !isJournalBehind }

    /// The broker takes no messages from now on.
    ///
    /// - Returns: the reason, if the client is to be told it now.
    mutating func block(_ reason: String, awaitsAnswers: Bool) -> String? {
        blockReason = reason
        return awaitsAnswers ? concernClient() : nil
    }

    /// The client has published.
    ///
    /// - Returns: the reason for which it has to wait, if it is to be told now.
    mutating func published() -> String? { concernClient() }

    private mutating func concernClient() -> String? {
        guard let blockReason, !isBlocked else { return nil }
        isBlocked = true
        return blockReason
    }

    /// The broker takes messages again.
    ///
    /// - Returns: whether the client was told of the opposite.
    mutating func unblock() -> Bool {
        blockReason = nil
        defer { isBlocked = false }
        return isBlocked
    }
}
