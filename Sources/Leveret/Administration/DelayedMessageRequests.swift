import LeveretCore

/// Asks for the delayed messages of a queue, those due next first.
package struct ListDelayed: OperatorRequest {
    package static let command = "list_delayed"

    package var virtualHost: String
    package var queue: String
    /// The most messages to list.
    package var limit: Int

    package init(virtualHost: String, queue: String, limit: Int) {
        self.virtualHost = virtualHost
        self.queue = queue
        self.limit = limit
    }

    package func perform(on broker: Broker) async throws -> [DelayedMessageSummary] {
        let reports = broker.driver.inspect { $0.delayedMessages(of: queue, in: virtualHost, limit: max(0, limit)) }
        guard let reports else {
            throw AdministrationError(.notFound, "no queue '\(queue)' in vhost '\(virtualHost)'")
        }
        return reports.map(DelayedMessageSummary.init)
    }
}

/// A message that waits for its time, as operators see it.
package struct DelayedMessageSummary: Codable, Hashable, Sendable {
    /// What the message is called in its queue while it waits.
    package var number: UInt64
    /// In milliseconds since 1970.
    package var dueAt: UInt64
    /// Bytes of the body.
    package var size: Int
    /// How often it came back; 0 for a message that its publisher has delayed.
    package var returns: Int
    /// Whether copies of it are delivered while it waits on.
    package var repeats: Bool

    init(_ report: DelayedMessageReport) {
        number = report.number
        dueAt = report.dueAt.milliseconds
        size = report.size
        returns = report.returns
        repeats = report.repeats
    }
}

/// Drops a delayed message before its time.
package struct CancelDelayed: OperatorRequest {
    package static let command = "cancel_delayed"

    package var virtualHost: String
    package var queue: String
    /// As `ListDelayed` names it.
    package var number: UInt64

    package init(virtualHost: String, queue: String, number: UInt64) {
        self.virtualHost = virtualHost
        self.queue = queue
        self.number = number
    }

    package func perform(on broker: Broker) async throws -> Done {
        guard let position = broker.driver.cancelDelayed(number, in: queue, of: virtualHost) else {
            throw AdministrationError(
                .notFound,
                "no delayed message \(number) in queue '\(queue)' in vhost '\(virtualHost)'"
            )
        }
        try await broker.driver.waitUntilDurable(position)
        return Done()
    }
}
