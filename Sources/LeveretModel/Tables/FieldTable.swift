/// An AMQP field table: pairs of a name (up to 255 bytes) and a value, in the order in which they travel.
///
/// A table that came from a peer may hold a name twice; the last one counts on lookup. Two tables are equal if
/// they hold the same pairs in any order.
public struct FieldTable: Sendable {
    /// One pair of the table.
    public struct Entry: Sendable, Hashable {
        /// The pair's name.
        public var key: String
        /// The pair's value.
        public var value: FieldValue

        /// Makes a pair.
        public init(key: String, value: FieldValue) {
            self.key = key
            self.value = value
        }
    }

    /// The pairs in the order in which they travel.
    public private(set) var entries: [Entry]

    /// Makes an empty table.
    public init() { entries = [] }

    /// Makes a table of the pairs in the order given.
    public init(entries: [Entry]) { self.entries = entries }

    /// Whether the table holds nothing.
    public var isEmpty: Bool { entries.isEmpty }

    /// How many pairs the table holds.
    public var count: Int { entries.count }

    /// The value of a name; setting `nil` removes every pair of that name.
    public subscript(key: String) -> FieldValue? {
        get { entries.last { $0.key == key }?.value }
        set {
            guard let newValue else {
                entries.removeAll { $0.key == key }
                return
            }
            if let index = entries.lastIndex(where: { $0.key == key }) {
                entries[index].value = newValue
            } else {
                entries.append(Entry(key: key, value: newValue))
            }
        }
    }

    /// Appends a pair, even if its name is there already.
    public mutating func append(key: String, value: FieldValue) {
        entries.append(Entry(key: key, value: value))
    }
}

extension FieldTable: ExpressibleByDictionaryLiteral {
    /// Makes a table of the pairs of a literal.
    public init(dictionaryLiteral elements: (String, FieldValue)...) {
        entries = elements.map { Entry(key: $0.0, value: $0.1) }
    }
}

extension FieldTable: Hashable {
    /// Whether both hold the same pairs, in any order.
    public static func == (lhs: FieldTable, rhs: FieldTable) -> Bool {
        guard lhs.entries.count == rhs.entries.count else { return false }
        if lhs.entries.elementsEqual(rhs.entries) { return true }
        return lhs.counts == rhs.counts
    }

    /// Hashes without regard to order.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(counts)
    }

    private var counts: [Entry: Int] {
        entries.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}
