/// Everything that one transaction makes durable, in the state in which the core was when the batch was cut.
package struct JournalBatch: Sendable {
    /// What waits at this position is durable when the batch is committed.
    package var position: JournalPosition
    /// Changes of definitions, in order.
    package var definitions: [DefinitionChange] = []
    /// New segments of the message log, in rising order.
    package var segments: [SegmentWrite] = []
    /// What lives in segments that were written before, for the next start.
    package var summaries: [SegmentSummary] = []
    /// Which messages of segments that were written before (or in this batch) are settled by now.
    package var settlements: [SettlementWrite] = []
    /// What has changed of messages in segments that were written before, in order.
    package var updates: [MessageUpdate] = []
    /// Changes of deduplication windows, in order.
    package var deduplications: [DeduplicationChange] = []
    /// Segments that were written before and of which little lives by now: the journal is to write them anew, without
    /// what is dead (`SegmentCompaction`), when it has told the outcome of the batch.
    package var sparseSegments: [SegmentID] = []
    /// Segments in which nothing lives any more: their rows, their settlements' and their updates', go.
    package var deletedSegments: [SegmentID] = []
    /// Up to which ordinal messages of a queue have been delivered at least once.
    package var deliveryMarks: [DeliveryMark] = []
    /// The first queue number not used yet, so that numbers are not reused after a restart.
    package var nextQueueID: QueueID

    package init(position: JournalPosition, nextQueueID: QueueID) {
        self.position = position
        self.nextQueueID = nextQueueID
    }
}

/// A segment on its way to the journal.
package struct SegmentWrite: Sendable {
    package var id: SegmentID
    /// The segment's length in memory, of which `pieces` are the parts to write.
    package var length: Int
    /// The segment's memory; what `pieces` name does not change any more.
    package var memory: SegmentMemory
    /// The live parts of the segment, rising; adjacent records are joined, so this is often one piece. The
    /// content to store is their concatenation.
    package var pieces: [Range<Int>]
    /// The encoded index of the live records (`SegmentIndex`). Opaque to the journal.
    package var index: [UInt8]

    package init(id: SegmentID, length: Int, memory: SegmentMemory, pieces: [Range<Int>], index: [UInt8]) {
        self.id = id
        self.length = length
        self.memory = memory
        self.pieces = pieces
        self.index = index
    }
}

/// Settled messages of one segment.
package struct SettlementWrite: Sendable, Hashable {
    package var segment: SegmentID
    package var ranges: [SettledRange]

    package init(segment: SegmentID, ranges: [SettledRange]) {
        self.segment = segment
        self.ranges = ranges
    }
}

/// The messages of one queue, within one segment, whose ordinals lie between two (both included).
package struct SettledRange: Sendable, Hashable {
    package var queue: QueueID
    package var first: UInt64
    package var last: UInt64

    package init(queue: QueueID, first: UInt64, last: UInt64) {
        self.queue = queue
        self.first = first
        self.last = last
    }
}

/// Every message of the queue up to the ordinal may have been delivered.
package struct DeliveryMark: Sendable, Hashable {
    package var queue: QueueID
    package var ordinal: UInt64

    package init(queue: QueueID, ordinal: UInt64) {
        self.queue = queue
        self.ordinal = ordinal
    }
}
