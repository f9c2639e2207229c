import LeveretCore

/// A request for chosen columns of all things of a kind, as the `list_` commands of rabbitmqctl make it.
package protocol OperatorListing: OperatorRequest where Answer == [[OperatorValue]] {
    /// One of the things.
    associatedtype Row

    /// What there is to choose from, under rabbitmqctl's names.
    static var allColumns: [ListingColumn<Row>] { get }
    /// What is shown when nothing is chosen.
    static var defaultColumns: [String] { get }

    /// What is chosen.
    var columns: [String] { get }

    init(columns: [String], virtualHost: String)

    /// All of them, in the order in which they are shown.
    func rows(of broker: Broker) throws -> [Row]
}

/// A column of a listing: what it is called, and what it says of a row.
package struct ListingColumn<Row>: Sendable {
    package let name: String
    let value: @Sendable (Row) -> OperatorValue

    init(_ name: String, _ value: @escaping @Sendable (Row) -> OperatorValue) {
        self.name = name
        self.value = value
    }
}

extension OperatorListing {
    package func perform(on broker: Broker) async throws -> [[OperatorValue]] {
        let chosen = try columns.map { name in
            guard let column = Self.allColumns.first(where: { $0.name == name }) else {
                let names = Self.allColumns.map(\.name).joined(separator: ", ")
                throw OperatorRefusal("there is no column '\(name)'; there are \(names)")
            }
            return column
        }
        return try rows(of: broker).map { row in chosen.map { $0.value(row) } }
    }
}

extension Broker {
    /// Throws if there is no such virtual host.
    func requireVirtualHost(_ name: String) throws {
        guard driver.inspect({ $0.virtualHostNames.contains(name) }) else {
            throw OperatorRefusal("virtual host '\(name)' does not exist")
        }
    }
}
