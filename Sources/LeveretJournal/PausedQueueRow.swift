import LeveretCore

/// A queue that an operator holds up.
struct PausedQueueRow: DefinitionRow {
    static let table = DefinitionTable(name: "paused_queue", keys: ["queue"], others: [])

    let queue: QueueID

    init(_ queue: QueueID) { self.queue = queue }

    init(columns: inout ColumnReader) throws {
        queue = QueueID(rawValue: UInt64(bitPattern: try columns.integer()))
    }

    func columnValues() throws -> [ColumnValue] { [.integer(Int64(bitPattern: queue.rawValue))] }
}
