/// Rows and columns of text, aligned with spaces.
struct Table {
    enum Alignment: Hashable {
        case left
        case right
    }

    struct Column {
        var title: String
        var alignment: Alignment

        static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
        static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; cells beyond the columns are left out, missing ones are empty.
    mutating func add(_ cells: [String]) {
        let known = cells.prefix(columns.count)
        rows.append(known + Array(repeating: "", count: columns.count - known.count))
    }

    /// The lines, the titles first unless they are all empty; without spaces at a line's end.
    var lines: [String] {
        let titles = columns.map(\.title)
        let all = titles.allSatisfy(\.isEmpty) ? rows : [titles] + rows
        let widths = columns.indices.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
        return all.map { row in
            let cells = columns.indices.map { column in
                pad(row[column], to: widths[column], columns[column].alignment)
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private func pad(_ text: String, to width: Int, _ alignment: Alignment) -> String {
        let spaces = String(repeating: " ", count: max(0, width - Self.width(text)))
        return alignment == .left ? text + spaces : spaces + text
    }

    private static func width(_ text: String) -> Int { text.count }
}
