/// Messages of one queue that lie in one segment and whose ordinals follow each other, with nothing to be known of them
/// but that: no times, no counts.
package struct SegmentRun: Sendable, Hashable {
    package var queue: QueueID
    package var first: UInt64
    package var last: UInt64
    /// Bytes of the messages' bodies.
    package var bodyBytes: UInt64
    package var priority: UInt8

    package init(queue: QueueID, first: UInt64, last: UInt64, bodyBytes: UInt64, priority: UInt8) {
        self.queue = queue
        self.first = first
        self.last = last
        self.bodyBytes = bodyBytes
        self.priority = priority
    }
}

/// Everything that lived in a segment at some time, in a few words, so that a start need not read the segment's index.
package struct SegmentSummary: Sendable, Hashable {
    package var segment: SegmentID
    /// The segment's length in memory.
    package var length: Int
    package var runs: [SegmentRun]

    package init(segment: SegmentID, length: Int, runs: [SegmentRun]) {
        self.segment = segment
        self.length = length
        self.runs = runs
    }

    /// Whether the summary still says the truth when this has been settled, and this has changed, since the segment
    /// was written.
    package func holds(despite settled: [SettledRange], _ updates: [MessageUpdate]) -> Bool {
        runs.allSatisfy { run in
            !settled.contains { $0.queue == run.queue && $0.first <= run.last && $0.last >= run.first }
                && !updates.contains { $0.queue == run.queue && (run.first...run.last).contains($0.writtenOrdinal) }
        }
    }
}
