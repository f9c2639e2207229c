import LeveretCore

extension Broker {
    /// Copies everything that is durable into a new data directory while the broker goes on.
    ///
    /// The copy is consistent: it holds what was committed up to a moment near the end of the call, each batch whole.
    /// A broker started on the directory goes on from there. When this returns, the copy is on the disk.
    ///
    /// - Parameter directory: Its path. It must be empty or missing.
    /// - Throws: `BrokerError` with the code `dataDirectory` if the broker is in memory, the directory is not empty
    ///   or cannot be written, or the broker is shut down meanwhile; nothing is left in the directory then.
    public func backup(to directory: String) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let hasJournal = driver.copyJournal(to: directory) { failure in
                if let failure {
                    continuation.resume(throwing: BrokerError(.dataDirectory, "no backup: \(failure)"))
                } else {
                    continuation.resume()
                }
            }
            guard !hasJournal else { return }
            continuation.resume(
                throwing: BrokerError(.dataDirectory, "no backup: this broker keeps everything in memory")
            )
        }
    }
}
