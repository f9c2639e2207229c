package import LeveretCore

/// Asks for the queues and their counts.
package struct ListQueues: OperatorRequest {
    package static let command = "list_queues"

    package init() {}

    package func perform(on broker: Broker) async throws -> [QueueSummary] {
        broker.driver.inspect { $0.report() }.queues.map(QueueSummary.init)
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
