package import LeveretCore

/// The answer to an operator's request: one line of JSON, of which one field is there.
package struct AdministrationResponse: Sendable, Hashable, Codable {
    package var queues: [QueueSummary]?
    package var status: BrokerStatus?
    /// Why the request was refused, in one line.
    package var error: String?

    package init(queues: [QueueSummary]? = nil, status: BrokerStatus? = nil, error: String? = nil) {
        self.queues = queues
        self.status = status
        self.error = error
    }
}

/// A queue as operators see it.
package struct QueueSummary: Sendable, Hashable, Codable {
    package var virtualHost: String
    package var name: String
    package var durable: Bool
    package var exclusive: Bool
    package var autoDelete: Bool
    /// Messages that are ready for delivery.
    package var ready: Int
    /// Deliveries that wait for an acknowledgement.
    package var unacknowledged: Int
    package var consumers: Int
    /// Bytes of the bodies of the ready messages.
    package var readyBytes: Int

    package init(_ report: BrokerReport.Queue) {
        virtualHost = report.virtualHost
        name = report.name
        durable = report.durable
        exclusive = report.exclusive
        autoDelete = report.autoDelete
        ready = report.ready
        unacknowledged = report.unacknowledged
        consumers = report.consumers
        readyBytes = report.readyBytes
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
