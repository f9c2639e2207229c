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

    /// Reads the content of a segment as it was written (the concatenated pieces) into the memory that `room` gives
    /// for so many bytes; throws if it is damaged or missing. `room` must not use the store.
    func readSegment(_ id: SegmentID, into room: (Int) -> UnsafeMutableRawBufferPointer) throws

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
        var memory = SegmentMemory(capacity: 0)
        try readSegment(id) { size in
            memory = SegmentMemory(capacity: size)
            return memory.bytes
        }
        return [UInt8](memory.bytes)
    }

    /// Reads a segment back into memory that `take` gives for so many bytes. `nil` if the content is not what the log
    /// has written; throws if it is damaged or missing.
    package func restoreSegment(_ id: SegmentID, in take: (Int) -> SegmentMemory) throws -> RestoredSegment? {
        var restored: (memory: SegmentMemory, count: Int)?
        try readSegment(id) { size in
            let memory = take(size)
            restored = (memory, size)
            return UnsafeMutableRawBufferPointer(rebasing: memory.bytes[..<size])
        }
        return restored.flatMap { RestoredSegment($0.memory, count: $0.count) }
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
