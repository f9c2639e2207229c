package import LeveretCore

/// Who writes a core's batches and reads its segments back: a thread, or a simulation step by step.
///
/// What comes of it is told to the driver with the commands `journalCommitted`, `journalStalled`, `journalFailed`,
/// `segmentLoaded` and `segmentFailed`.
package protocol JournalWriting: AnyObject, Sendable {
    /// Whether a batch may be submitted: there is one at a time.
    var isIdle: Bool { get }

    /// Takes the next batch. Called with the core locked.
    func submit(_ batch: JournalBatch)

    /// Lets messages wait for being settled: calls the driver's `settlementsAwaited` when a time has passed that is as long
    /// as a commit takes, unless a batch is submitted before. Called with the core locked.
    func awaitSettlements()

    /// Takes the wish for a segment. Called with the core locked.
    func requestLoad(_ segment: SegmentID)

    /// Copies the store into a new directory; tells when the copy is complete, or why there is none.
    func requestCopy(to path: String, completion: @escaping @Sendable ((any Error)?) -> Void)

    /// Begins to work for this driver. Called once.
    func start(for driver: CoreDriver)

    /// Writes what is left and closes the store.
    func drainAndStop()
}
