package import LeveretCore
import LeveretModel

/// Asks for columns of a virtual host's queues.
package struct QueueListing: OperatorListing {
    package static let command = "queue_listing"

    package var columns: [String]
    package var virtualHost: String

    package init(columns: [String], virtualHost: String) {
        self.columns = columns
        self.virtualHost = virtualHost
    }

    package static let defaultColumns = ["name", "messages"]

    package static let allColumns: [ListingColumn<BrokerReport.Queue>] = [
        ListingColumn("name") { .text($0.name) },
        ListingColumn("vhost") { .text($0.virtualHost) },
        ListingColumn("durable") { .boolean($0.durable) },
        ListingColumn("auto_delete") { .boolean($0.autoDelete) },
        ListingColumn("exclusive") { .boolean($0.exclusive) },
        ListingColumn("owner_pid") { .optional($0.owner.map { "\($0.rawValue)" }) },
        ListingColumn("arguments") { OperatorValue($0.arguments) },
        ListingColumn("type") { .text($0.type) },
        ListingColumn("state") { .text($0.isPaused ? "paused" : "running") },
        ListingColumn("messages") { .count($0.ready + $0.unacknowledged) },
        ListingColumn("messages_ready") { .count($0.ready) },
        ListingColumn("messages_unacknowledged") { .count($0.unacknowledged) },
        ListingColumn("message_bytes_ready") { .count($0.readyBytes) },
        ListingColumn("messages_delayed") { .count($0.delayed) },
        ListingColumn("rate_limit") { $0.rateLimit.map { .count($0) } ?? .text("") },
        ListingColumn("consumers") { .count($0.consumers) },
        ListingColumn("memory") { .count($0.entryBytes) },
    ]

    package func rows(of broker: Broker) throws -> [BrokerReport.Queue] {
        try broker.requireVirtualHost(virtualHost)
        return broker.driver.inspect { $0.report() }.queues.filter { $0.virtualHost == virtualHost }
    }
}
