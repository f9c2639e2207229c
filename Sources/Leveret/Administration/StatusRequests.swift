import LeveretCore

/// Asks for the broker as a whole.
package struct GetStatus: OperatorRequest {
    package static let command = "status"

    package init() {}

    package func perform(on broker: Broker) async throws -> BrokerStatus {
        BrokerStatus(broker.driver.inspect { $0.report() }, broker.resources.figures)
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
    /// The resource alarms that are on: `memory`, `disk`.
    package var alarms: [String]
    /// Bytes; `nil` for what is not watched.
    package var usedMemory: Int?
    package var memoryLimit: Int?
    package var freeDisk: Int?
    package var diskFreeLimit: Int?

    init(_ report: BrokerReport, _ figures: ResourceFigures) {
        sessions = report.sessions
        channels = report.channels
        queues = report.queues.count
        residentBytes = report.residentBytes
        pinnedBytes = report.pinnedBytes
        blockReason = report.blockReason
        alarms = report.alarms.map(\.rawValue)
        usedMemory = figures.usedMemory
        memoryLimit = figures.memoryLimit
        freeDisk = figures.freeDisk
        diskFreeLimit = figures.diskFreeLimit
    }
}
