import LeveretCore
import LeveretModel

extension ExchangeDefinition: DefinitionRow {
    static let table = DefinitionTable(
        name: "exchange",
        keys: ["virtual_host", "name"],
        others: ["type", "auto_delete", "internal", "arguments"]
    )

    func columnValues() throws -> [ColumnValue] {
        [
            .text(virtualHost), .text(name), .text(type), ColumnValue(autoDelete), ColumnValue(`internal`),
            try ColumnValue(arguments),
        ]
    }

    init(columns: inout ColumnReader) throws {
        self.init(
            virtualHost: try columns.text(),
            name: try columns.text(),
            type: try columns.text(),
            autoDelete: try columns.boolean(),
            internal: try columns.boolean(),
            arguments: try columns.table()
        )
    }
}

extension QueueDefinition: DefinitionRow {
    static let table = DefinitionTable(
        name: "queue",
        keys: ["id"],
        others: ["virtual_host", "name", "auto_delete", "arguments"]
    )

    func columnValues() throws -> [ColumnValue] {
        [
            .integer(Int64(bitPattern: id.rawValue)), .text(virtualHost), .text(name), ColumnValue(autoDelete),
            try ColumnValue(arguments),
        ]
    }

    init(columns: inout ColumnReader) throws {
        self.init(
            id: QueueID(rawValue: UInt64(bitPattern: try columns.integer())),
            virtualHost: try columns.text(),
            name: try columns.text(),
            autoDelete: try columns.boolean(),
            arguments: try columns.table()
        )
    }
}

extension BindingDefinition: DefinitionRow {
    static let table = DefinitionTable(
        name: "binding",
        keys: ["virtual_host", "source", "destination_kind", "destination", "routing_key", "arguments"],
        others: []
    )

    func columnValues() throws -> [ColumnValue] {
        [
            .text(virtualHost), .text(source), .integer(Int64(destinationKind.rawValue)), .text(destination),
            // The arguments are part of the identity, and the order of their pairs does not count there.
            .text(routingKey), try ColumnValue(arguments.ordered),
        ]
    }

    init(columns: inout ColumnReader) throws {
        self.init(
            virtualHost: try columns.text(),
            source: try columns.text(),
            destinationKind: try BindingDefinition.destinationKind(try columns.integer()),
            destination: try columns.text(),
            routingKey: try columns.text(),
            arguments: try columns.table()
        )
    }

    private static func destinationKind(_ number: Int64) throws -> DestinationKind {
        guard let kind = UInt8(exactly: number).flatMap(DestinationKind.init(rawValue:)) else {
            throw ColumnReader.Mismatch()
        }
        return kind
    }
}

extension FieldTable {
    /// The same pairs by rising key, also in the tables inside; pairs of one key keep their order.
    var ordered: FieldTable {
        let keyed = entries.enumerated().sorted { left, right in
            let (leftKey, rightKey) = (left.element.key.utf8, right.element.key.utf8)
            return leftKey.elementsEqual(rightKey)
                ? left.offset < right.offset : leftKey.lexicographicallyPrecedes(rightKey)
        }
        return FieldTable(entries: keyed.map { Entry(key: $0.element.key, value: $0.element.value.ordered) })
    }
}

extension FieldValue {
    fileprivate var ordered: FieldValue {
        switch self {
        case .table(let table): .table(table.ordered)
        case .array(let values): .array(values.map(\.ordered))
        default: self
        }
    }
}
