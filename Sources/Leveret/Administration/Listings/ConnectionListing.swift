import LeveretCore
import LeveretModel

/// Asks for columns of all connections; the channels of the program itself are among them.
package struct ConnectionListing: OperatorListing {
    package static let command = "connection_listing"

    /// A session, and what its door knows of it.
    package struct Connection: Sendable {
        let session: SessionReport
        let details: ConnectionDetails?

        fileprivate var state: String { details?.isBlocked ?? session.isBlocked ? "blocked" : "running" }
    }

    package var columns: [String]

    package init(columns: [String], virtualHost: String) { self.columns = columns }

    package static let defaultColumns = ["user", "peer_host", "peer_port", "state"]

    package static let allColumns: [ListingColumn<Connection>] = [
        ListingColumn("pid") { .text("\($0.session.id.rawValue)") },
        ListingColumn("name") { .text($0.session.options.name) },
        ListingColumn("user_provided_name") { .optional($0.details?.clientName) },
        ListingColumn("host") { .optional($0.details?.host) },
        ListingColumn("port") { .count($0.details?.port ?? 0) },
        ListingColumn("peer_host") { .optional($0.details?.peerHost) },
        ListingColumn("peer_port") { .count($0.details?.peerPort ?? 0) },
        ListingColumn("user") { .text($0.session.options.user) },
        ListingColumn("vhost") { .text($0.session.options.virtualHost) },
        ListingColumn("state") { .text($0.state) },
        ListingColumn("channels") { .count($0.session.channels) },
        ListingColumn("protocol") { .text($0.details == nil ? "in process" : "AMQP 0-9-1") },
        ListingColumn("timeout") { .count($0.details?.heartbeat ?? 0) },
        ListingColumn("frame_max") { .count($0.details?.frameMax ?? 0) },
        ListingColumn("channel_max") { .count($0.details?.channelMax ?? 0) },
        ListingColumn("client_properties") { OperatorValue($0.details?.clientProperties ?? [:]) },
        ListingColumn("connected_at") { .count($0.details?.connectedAt ?? 0) },
        ListingColumn("recv_oct") { .count($0.details?.receivedBytes ?? 0) },
        ListingColumn("recv_cnt") { .count($0.details?.receivedReads ?? 0) },
        ListingColumn("send_oct") { .count($0.details?.sentBytes ?? 0) },
        ListingColumn("send_cnt") { .count($0.details?.sentWrites ?? 0) },
        ListingColumn("send_pend") { .count($0.details?.waitingBytes ?? 0) },
    ]

    package func rows(of broker: Broker) -> [Connection] {
        let details = broker.connectionSources.details
        return broker.driver.inspect { $0.sessionReports() }.map { session in
            Connection(session: session, details: details[session.id])
        }
    }
}
