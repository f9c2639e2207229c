package import LeveretCore

/// Asks for the broker as a whole.
package struct GetStatus: OperatorRequest {
    package static let command = "status"

    package init() {}

    package func perform(on broker: Broker) async throws -> BrokerStatus {
        BrokerStatus(broker.driver.inspect { $0.report() })
    }
}

/// A broker as operators see it.
package struct BrokerStatus: Sendable, Hashable, Codable {
    package var sessions: Int
    package var channels: Int
    package var queues: Int
    /// Bytes of message content in memory.
    package var residentBytes: Int
    /// Those of them that cannot leave it.
    package var pinnedBytes: Int
    /// Why publishers have to wait, if they have to.
    package var blockReason: String?

    package init(_ report: BrokerReport) {
        sessions = report.sessions
        channels = report.channels
        queues = report.queues.count
        residentBytes = report.residentBytes
        pinnedBytes = report.pinnedBytes
        blockReason = report.blockReason
    }
}
