/// What has changed of a message in a queue since its segment was written. The last update of a message is its state.
package struct MessageUpdate: Sendable, Hashable {
    package var segment: SegmentID
    package var queue: QueueID
    /// The place that the index of the segment gives the message.
    package var writtenOrdinal: UInt64
    /// The place that it has now; settlements name this one.
    package var ordinal: UInt64
    /// How often the message came back because something had gone wrong with it.
    package var failures: UInt32
    /// How often the message came back at all.
    package var returns: UInt32
    /// When the message may be delivered, in milliseconds since 1970; 0 is at once.
    package var dueAt: UInt64

    package init(
        segment: SegmentID,
        queue: QueueID,
        writtenOrdinal: UInt64,
        ordinal: UInt64,
        failures: UInt32,
        returns: UInt32,
        dueAt: UInt64
    ) {
        self.segment = segment
        self.queue = queue
        self.writtenOrdinal = writtenOrdinal
        self.ordinal = ordinal
        self.failures = failures
        self.returns = returns
        self.dueAt = dueAt
    }
}
