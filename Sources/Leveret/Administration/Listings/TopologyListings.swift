package import LeveretCore
import LeveretModel

/// Asks for columns of a virtual host's exchanges.
package struct ExchangeListing: OperatorListing {
    package static let command = "exchange_listing"

    package var columns: [String]
    package var virtualHost: String

    package init(columns: [String], virtualHost: String) {
        self.columns = columns
        self.virtualHost = virtualHost
    }

    package static let defaultColumns = ["name", "type"]

    package static let allColumns: [ListingColumn<ExchangeReport>] = [
        ListingColumn("name") { .text($0.name) },
        ListingColumn("vhost") { .text($0.virtualHost) },
        ListingColumn("type") { .text($0.type.rawValue) },
        ListingColumn("durable") { .boolean($0.options.durable) },
        ListingColumn("auto_delete") { .boolean($0.options.autoDelete) },
        ListingColumn("internal") { .boolean($0.options.internal) },
        ListingColumn("arguments") { OperatorValue($0.options.arguments) },
    ]

    package func rows(of broker: Broker) throws -> [ExchangeReport] {
        try broker.requireVirtualHost(virtualHost)
        return broker.driver.inspect { $0.exchangeReports(in: virtualHost) }
    }
}

/// Asks for columns of a virtual host's bindings.
package struct BindingListing: OperatorListing {
    package static let command = "binding_listing"

    package var columns: [String]
    package var virtualHost: String

    package init(columns: [String], virtualHost: String) {
        self.columns = columns
        self.virtualHost = virtualHost
    }

    package static let defaultColumns = [
        "source_name", "source_kind", "destination_name", "destination_kind", "routing_key", "arguments",
    ]

    package static let allColumns: [ListingColumn<BindingReport>] = [
        ListingColumn("source_name") { .text($0.source) },
        ListingColumn("source_kind") { _ in .text("exchange") },
        ListingColumn("destination_name") { .text($0.destination) },
        ListingColumn("destination_kind") { .text($0.destinationKind == .queue ? "queue" : "exchange") },
        ListingColumn("routing_key") { .text($0.routingKey) },
        ListingColumn("arguments") { OperatorValue($0.arguments) },
        ListingColumn("vhost") { .text($0.virtualHost) },
    ]

    package func rows(of broker: Broker) throws -> [BindingReport] {
        try broker.requireVirtualHost(virtualHost)
        return broker.driver.inspect { $0.bindingReports(in: virtualHost) }
    }
}
