/// A run of records in the message log: what is committed together, paged out together and freed together.
///
/// A durable segment is born open, is cut when a journal batch takes it, and is stored when the batch is
/// committed. A volatile segment is never journaled.
///
/// What every message touches is not checked for overlapping access at run time, as in `Channel`.
final class Segment {
    enum Phase {
        case volatile
        case open
        case cut
        case stored
        case freed
    }

    let slot: SegmentSlot
    /// What the journal calls it; meaningless while volatile.
    let id: SegmentID
    @exclusivity(unchecked) var phase: Phase
    /// The block that holds the records, unless they are in the journal only.
    @exclusivity(unchecked) var memory: SegmentMemory?
    /// Where in the block the segment begins.
    @exclusivity(unchecked) var start: Int
    @exclusivity(unchecked) var length = 0
    /// Entries of queues, and pins, that refer to records here.
    @exclusivity(unchecked) var references = 0
    /// Those of `references` that must be found again after a restart.
    @exclusivity(unchecked) var journaledReferences = 0
    /// How many of those the journal was given with the segment, when it was written or last written anew.
    @exclusivity(unchecked) var writtenReferences = 0
    /// The number of the batch that took it, if it has been written by this broker.
    @exclusivity(unchecked) var cut = -1
    /// Whether `SparseSegments` has it.
    @exclusivity(unchecked) var isSparse = false
    /// What is known of each record until the segment is cut.
    @exclusivity(unchecked) var uncommitted: [UncommittedRecord] = []
    /// The queues of each uncommitted record, in runs.
    @exclusivity(unchecked) var uncommittedReferences: [UncommittedReference] = []
    /// What has been settled since the last batch.
    @exclusivity(unchecked) var settled: [SettledRange] = []
    /// What has changed of its messages since the last batch.
    var updates: [MessageUpdate] = []
    /// What the index says of uncommitted references beyond their places.
    var uncommittedDetails: [ReferenceDetails] = []
    /// How many messages queues know by runs only.
    var pagedCount = 0
    /// Those runs, until the journal has a summary of them.
    var pagedRuns: [SegmentRun] = []
    /// Whether the journal was given a summary.
    var isSummarized = false
    /// Queues that wait for the segment to be read back.
    var waitingQueues: [Queue] = []
    var isLoading = false
    /// Whether `Residency` has it among those stored last, whose memory goes first.
    var leavesSoon = false
    /// Whether `Residency` counts it among the bytes that may leave memory.
    var countsAsEvictable = false

    init(slot: SegmentSlot, id: SegmentID, phase: Phase, memory: SegmentMemory?, start: Int) {
        self.slot = slot
        self.id = id
        self.phase = phase
        self.memory = memory
        self.start = start
    }

    var isResident: Bool { memory != nil }

    /// Whether the records can be had from the journal, so that their memory may be given up.
    var isEvictable: Bool { phase == .stored && memory != nil && references == journaledReferences }

    /// Where the record of an entry of the segment is.
    var residence: EntryResidence {
        switch phase {
        case .open, .cut: .memoryForNow
        case .stored: memory == nil ? .journal : leavesSoon ? .memoryForNow : .memory
        case .volatile, .freed: .memory
        }
    }

    func reference(to offset: UInt32) -> RecordReference? {
        memory.map { RecordReference(memory: $0, offset: UInt32(start) + offset) }
    }

    /// Changes what will be written of a reference of a record that is not written yet.
    func updateUncommitted(
        queue: QueueID,
        _ ordinal: UInt64,
        at offset: UInt32,
        _ change: (inout UncommittedReference, inout ReferenceDetails) -> Void
    ) {
        guard let index = reference(to: offset)?.record.index else { return }
        let first = Int(uncommitted[index].firstReference)
        for place in first..<(first + Int(uncommitted[index].referenceCount))
        where uncommittedReferences[place].queue == queue && uncommittedReferences[place].ordinal == ordinal {
            if uncommittedReferences[place].details < 0 {
                uncommittedReferences[place].details = Int32(uncommittedDetails.count)
                uncommittedDetails.append(ReferenceDetails())
            }
            let details = Int(uncommittedReferences[place].details)
            change(&uncommittedReferences[place], &uncommittedDetails[details])
        }
    }

    /// Notes that a queue has settled the messages of a range, joining it to the last range if it follows.
    func noteSettled(_ range: SettledRange) {
        if let last = settled.indices.last, settled[last].queue == range.queue {
            if settled[last].last + 1 == range.first {
                settled[last].last = range.last
                return
            }
            if range.last + 1 == settled[last].first {
                settled[last].first = range.first
                return
            }
        }
        settled.append(range)
    }
}

/// A record that no batch has taken yet.
struct UncommittedRecord {
    let offset: UInt32
    let length: UInt32
    let bodyLength: UInt32
    let firstReference: UInt32
    let referenceCount: UInt32
    /// References that are not settled; at zero the record need not be written.
    var liveReferences: UInt32
    /// Whose confirm waits for the record, and need not once the record need not be written.
    var ticket: ConfirmTicket?
    /// Where `UnwrittenRecords` counts it. Behind the ticket, where there is room for it.
    let place: UInt8
}

/// A durable queue in which an uncommitted record lies.
struct UncommittedReference {
    let queue: QueueID
    var ordinal: UInt64
    /// An index into the segment's details; -1 if there are none.
    var details: Int32 = -1
    var isSettled = false
}

/// What a queue's entry, or its history, holds that most messages do not have.
struct ReferenceDetails: Hashable {
    var deadline = QueueEntry.noDeadline
    /// In milliseconds since 1970; 0 is at once.
    var dueAt: UInt64 = 0
    var failures: UInt32 = 0
    var returns: UInt32 = 0
    /// `nil` is what the queue gives messages without one.
    var priority: UInt8?
    /// Whether copies of the message are delivered while it waits on.
    var repeats = false
}
