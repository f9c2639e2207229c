/// Whose window remembers which messages have been there.
package enum DeduplicationScope: Sendable, Hashable {
    case queue(QueueID)
    case exchange(virtualHost: String, name: String)
}

/// A message that a window remembers.
package struct DeduplicationEntry: Sendable, Hashable {
    package var scope: DeduplicationScope
    /// What tells the message from others: the value of its header, encoded.
    package var key: [UInt8]
    /// Its place in the window's order; rises with each entry of one scope.
    package var serial: UInt64
    /// When it is forgotten, in milliseconds since 1970; 0 is never.
    package var expiresAt: UInt64

    package init(scope: DeduplicationScope, key: [UInt8], serial: UInt64, expiresAt: UInt64) {
        self.scope = scope
        self.key = key
        self.serial = serial
        self.expiresAt = expiresAt
    }
}

/// One change of what windows remember. Deleting a queue or an exchange forgets its window by a change of its own.
package enum DeduplicationChange: Sendable, Hashable {
    /// Remembers an entry; one of the same scope and key is replaced.
    case remember(DeduplicationEntry)
    case forget(DeduplicationScope, key: [UInt8])
    case forgetAll(DeduplicationScope)
}
