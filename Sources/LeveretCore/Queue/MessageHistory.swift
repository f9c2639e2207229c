/// What a queue remembers of a message that came back or that was delayed, beyond its entry.
struct MessageHistory {
    /// The place that the journal's index gives the message; settlements name its present one.
    var writtenOrdinal: UInt64
    /// How often the message came back because something had gone wrong with it.
    var failures: UInt32 = 0
    /// How often the message came back at all.
    var returns: UInt32 = 0

    init(writtenOrdinal: UInt64, failures: UInt32 = 0, returns: UInt32 = 0) {
        self.writtenOrdinal = writtenOrdinal
        self.failures = failures
        self.returns = returns
    }
}
