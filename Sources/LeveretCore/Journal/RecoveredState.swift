/// What a journal holds when the broker starts.
package struct RecoveredState: Sendable {
    package var virtualHosts: [VirtualHostDefinition] = []
    package var exchanges: [ExchangeDefinition] = []
    package var queues: [QueueDefinition] = []
    package var bindings: [BindingDefinition] = []
    package var users: [UserDefinition] = []
    package var permissions: [PermissionDefinition] = []
    package var topicPermissions: [TopicPermissionDefinition] = []
    package var policies: [PolicyDefinition] = []
    /// The segments in rising order, without their content.
    package var segments: [RecoveredSegment] = []
    package var deliveryMarks: [DeliveryMark] = []
    package var pausedQueues: [QueueID] = []
    /// By scope and rising serial.
    package var deduplications: [DeduplicationEntry] = []
    package var nextQueueID = QueueID(rawValue: 1)

    /// A state that holds nothing: a new data directory.
    package init() {}

    /// Whether this is the state of a new data directory.
    package var isEmpty: Bool { virtualHosts.isEmpty && users.isEmpty && segments.isEmpty }
}

/// A segment as the journal recovers it: what lives in it, not the content.
package struct RecoveredSegment: Sendable {
    package var id: SegmentID
    /// The segment's length in memory.
    package var length: Int
    /// What lives in the segment, if a summary says so that still holds; then there is neither index nor updates.
    package var runs: [SegmentRun]?
    /// The index as the core wrote it.
    package var index: [UInt8]
    package var settled: [SettledRange]
    /// What has changed of its messages since it was written; the last update of a message is its state.
    package var updates: [MessageUpdate]

    package init(
        id: SegmentID,
        length: Int,
        index: [UInt8],
        settled: [SettledRange],
        updates: [MessageUpdate] = []
    ) {
        self.id = id
        self.length = length
        self.index = index
        self.settled = settled
        self.updates = updates
    }

    package init(id: SegmentID, length: Int, runs: [SegmentRun], settled: [SettledRange] = []) {
        self.init(id: id, length: length, index: [], settled: settled)
        self.runs = runs
    }
}
