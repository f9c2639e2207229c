/// A number of the journal's own, kept as a row.
struct StoredNumber: DefinitionRow {
    static let nextQueueID = "next_queue_id"

    static let table = DefinitionTable(name: "meta", keys: ["key"], others: ["value"])

    var key: String
    var value: UInt64

    init(key: String, value: UInt64) {
        self.key = key
        self.value = value
    }

    init(columns: inout ColumnReader) throws {
        key = try columns.text()
        value = UInt64(bitPattern: try columns.integer())
    }

    func columnValues() throws -> [ColumnValue] { [.text(key), .integer(Int64(bitPattern: value))] }
}
