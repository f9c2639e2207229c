import Synchronization

/// Counts the bytes that wait for consumers without a prefetch window, so that reading can stop before memory ends.
final class ReadWindow: Sendable {
    private let limit: Int
    private let bytes = Atomic(0)

    init(limit: Int) { self.limit = limit }

    /// Whether more may be read.
    var isOpen: Bool { bytes.load(ordering: .acquiring) < limit }

    func add(_ count: Int) { bytes.add(count, ordering: .acquiringAndReleasing) }

    /// `true` if the window was closed before and is open now.
    func remove(_ count: Int) -> Bool {
        let (before, after) = bytes.subtract(count, ordering: .acquiringAndReleasing)
        return before >= limit && after < limit
    }
}
