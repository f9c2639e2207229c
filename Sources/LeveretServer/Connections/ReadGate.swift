/// Whether a connection may be read. Reading stops, and with it the client at last, for these reasons only.
struct ReadGate {
    /// The broker takes no messages for now.
    var isBlocked = false
    /// The client has published: only then does blocking concern it.
    var hasPublished = false
    /// So much waits for the client to read that it must not ask for more.
    var isOutboundFull = false

    var isOpen: Bool { !(isBlocked && hasPublished) && !isOutboundFull }
}
