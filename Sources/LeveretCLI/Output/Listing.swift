/// Rows of named cells, for a person as a table or for a program as JSON.
struct Listing {
    private let names: [String]
    private var rows: [[JSONValue]] = []

    init(_ names: String...) { self.names = names }

    mutating func add(_ cells: JSONValue...) {
        precondition(cells.count == names.count, "a row has as many cells as there are columns")
        rows.append(cells)
    }

    /// A JSON object per row.
    var jsonLines: [String] {
        rows.map { row in
            JSONValue.object(zip(names, row).map { JSONValue.Member(name: $0, value: $1) }).text
        }
    }

    var tableLines: [String] {
        var table = Table(names.map { .left($0.uppercased()) })
        for row in rows { table.add(row.map(Self.text)) }
        return table.lines
    }

    private static func text(of cell: JSONValue) -> String {
        switch cell {
        case .null: ""
        case .string(let text): text
        case .array(let values): values.map(text).joined(separator: ", ")
        default: cell.text
        }
    }
}

extension JSONValue {
    init(_ number: Int?) { self = number.map { JSONValue.integer(Int64($0)) } ?? .null }

    init(_ texts: [String]) { self = .array(texts.map { .string($0) }) }
}
