/// A table of small rows, each under a checksum of its own: definitions, what deduplication remembers, and the
/// journal's own numbers.
struct DefinitionTable: Sendable, Hashable {
    let name: String
    /// The columns that identify a row; they come first.
    let keys: [String]
    let columns: [String]
    let insertSQL: String
    let deleteSQL: String
    let selectSQL: String

    init(name: String, keys: [String], others: [String]) {
        self.name = name
        self.keys = keys
        columns = keys + others
        let names = (columns + ["checksum"]).joined(separator: ", ")
        let marks = [String](repeating: "?", count: columns.count + 1).joined(separator: ", ")
        insertSQL = "INSERT OR REPLACE INTO \(name) (\(names)) VALUES (\(marks))"
        deleteSQL = "DELETE FROM \(name) WHERE " + keys.map { "\($0) = ?" }.joined(separator: " AND ")
        selectSQL = "SELECT \(names) FROM \(name)"
    }

    func checksum(of values: [ColumnValue]) -> Checksum {
        var bytes = Array(name.utf8)
        for value in values { value.appendChecked(to: &bytes) }
        return Checksum(bytes, domain: .definition, identity: 0, length: 0)
    }
}

/// A definition that is kept as a row of a table.
protocol DefinitionRow {
    static var table: DefinitionTable { get }

    /// The values of the table's columns, in order.
    func columnValues() throws -> [ColumnValue]

    /// Reads the columns back.
    init(columns: inout ColumnReader) throws
}
