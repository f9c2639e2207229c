/// Where batches become durable. All calls come from one thread at a time.
package protocol JournalStore: AnyObject, Sendable {
    /// Reads back everything that was committed. Called once, before anything else.
    func recover() throws -> RecoveredState

    /// Makes the batch durable: when this returns, it survives the loss of power. When it throws, either nothing
    /// of the batch was kept (`JournalFailure.isRetryable`) or the store must not be used any more.
    func commit(_ batch: JournalBatch) throws

    /// Does a part of the work that can wait until the outcome of a commit has been told; takes a bounded time. When
    /// nothing waits to be committed (`isIdle`) it may do more. Gives whether there is more to do when idle.
    /// When it throws, the store must not be used any more.
    func tidy(isIdle: Bool) throws -> Bool

    /// Lends `body` the content of a segment as it was written (the concatenated pieces); throws if it is damaged or
    /// missing. `body` must not use the store.
    func withSegment(_ id: SegmentID, _ body: (UnsafeRawBufferPointer) -> Void) throws

    /// The index of a segment as it was written; throws if it is damaged or missing.
    func loadIndex(_ id: SegmentID) throws -> [UInt8]

    /// Begins to copy everything that is committed into a new directory of that path, which must be empty or missing.
    func copy(to directory: String) throws -> any JournalCopy

    /// Closes the store cleanly. Nothing may be called afterwards.
    func close()
}

extension JournalStore {
    /// The content of a segment as it was written; throws if it is damaged or missing.
    package func loadSegment(_ id: SegmentID) throws -> [UInt8] {
        var content: [UInt8] = []
        try withSegment(id) { content = [UInt8]($0) }
        return content
    }
}

/// A copy of a store that is being made. All calls come from the store's thread.
package protocol JournalCopy: AnyObject {
    /// Copies a part; takes a bounded time. Gives whether there is more to copy; if not, the copy is complete and on
    /// the disk.
    func step() throws -> Bool
}

/// A commit, or a read, that did not succeed.
package struct JournalFailure: Error, Sendable, CustomStringConvertible {
    /// Whether the transaction was rolled back whole, so that the same batch may be tried again (disk full).
    package var isRetryable: Bool
    /// What failed, where, and what to do, in one line.
    package var text: String

    package init(isRetryable: Bool, text: String) {
        self.isRetryable = isRetryable
        self.text = text
    }

    package var description: String { text }
}
