/// What the index of a stored segment says, for those who have no core.
package enum StoredMessages {
    /// Calls `body` with each queue that holds a message of the segment, and the message's place in it. `false` if the
    /// index is not well formed.
    package static func forEach(
        in index: [UInt8],
        _ body: (_ queue: QueueID, _ ordinal: UInt64) -> Void
    ) -> Bool {
        SegmentIndex.forEach(in: index) { body($0.queue, $0.ordinal) }
    }
}
