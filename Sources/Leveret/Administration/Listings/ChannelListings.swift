package import LeveretCore
import LeveretModel

/// Asks for columns of all channels.
package struct ChannelListing: OperatorListing {
    package static let command = "channel_listing"

    package var columns: [String]

    package init(columns: [String], virtualHost: String) { self.columns = columns }

    package static let defaultColumns = ["pid", "user", "consumer_count", "messages_unacknowledged"]

    package static let allColumns: [ListingColumn<ChannelReport>] = [
        ListingColumn("pid") { .text($0.id.pid) },
        ListingColumn("connection") { .text("\($0.id.session.rawValue)") },
        ListingColumn("name") { .text("\($0.connection) (\($0.id.number))") },
        ListingColumn("number") { .count($0.id.number) },
        ListingColumn("user") { .text($0.user) },
        ListingColumn("vhost") { .text($0.virtualHost) },
        ListingColumn("confirm") { .boolean($0.confirms) },
        ListingColumn("consumer_count") { .count($0.consumers) },
        ListingColumn("messages_unacknowledged") { .count($0.unacknowledged) },
        ListingColumn("messages_unconfirmed") { .count($0.unconfirmed) },
        ListingColumn("prefetch_count") { .count($0.prefetch) },
        ListingColumn("global_prefetch_count") { .count($0.sharedPrefetch) },
        ListingColumn("state") { _ in .text("running") },
    ]

    package func rows(of broker: Broker) -> [ChannelReport] { broker.driver.inspect { $0.channelReports() } }
}

/// Asks for columns of the consumers of a virtual host.
package struct ConsumerListing: OperatorListing {
    package static let command = "consumer_listing"

    package var columns: [String]
    package var virtualHost: String

    package init(columns: [String], virtualHost: String) {
        self.columns = columns
        self.virtualHost = virtualHost
    }

    package static let defaultColumns = [
        "queue_name", "channel_pid", "consumer_tag", "ack_required", "prefetch_count", "active", "arguments",
    ]

    package static let allColumns: [ListingColumn<ConsumerReport>] = [
        ListingColumn("queue_name") { .text($0.queue) },
        ListingColumn("channel_pid") { .text($0.channel.pid) },
        ListingColumn("connection") { .text($0.connection) },
        ListingColumn("consumer_tag") { .text($0.tag) },
        ListingColumn("ack_required") { .boolean(!$0.noAcknowledge) },
        ListingColumn("exclusive") { .boolean($0.isExclusive) },
        ListingColumn("prefetch_count") { .count($0.prefetch) },
        ListingColumn("active") { .boolean($0.isActive) },
        ListingColumn("arguments") { OperatorValue($0.arguments) },
        ListingColumn("vhost") { .text($0.virtualHost) },
    ]

    package func rows(of broker: Broker) throws -> [ConsumerReport] {
        try broker.requireVirtualHost(virtualHost)
        return broker.driver.inspect { $0.consumerReports(in: virtualHost) }
    }
}

extension ChannelID {
    /// What stands for the identifier of RabbitMQ's process: the connection's and the channel's number.
    fileprivate var pid: String { "\(session.rawValue).\(number)" }
}
