package import LeveretModel

/// What operators ask of a broker: a picture of one moment.
package struct BrokerReport: Sendable, Hashable {
    package struct Queue: Sendable, Hashable {
        package var virtualHost: String
        package var name: String
        package var durable: Bool
        package var exclusive: Bool
        package var autoDelete: Bool
        package var ready: Int
        package var unacknowledged: Int
        /// Messages whose time to be delivered has not come.
        package var delayed: Int
        package var consumers: Int
        /// Bytes of the bodies of the ready messages.
        package var readyBytes: Int
        /// Bytes of memory that the messages' places in the queue take; their content is counted by the broker as a
        /// whole.
        package var entryBytes: Int
        package var arguments: FieldTable
        /// The session that owns an exclusive queue.
        package var owner: SessionID?
        /// `classic` or `quorum`.
        package var type: String
        /// Whether an operator holds it up.
        package var isPaused: Bool
        /// How many messages it may deliver in a second, by its arguments and its policy.
        package var rateLimit: Int?
    }

    package var queues: [Queue]
    package var sessions: Int
    package var channels: Int
    /// Bytes of message content in memory.
    package var residentBytes: Int
    /// Those of them that cannot leave it.
    package var pinnedBytes: Int
    /// Why publishers have to wait, if they have to.
    package var blockReason: String?
    /// The resource alarms that are on.
    package var alarms: [Resource]
}

extension BrokerCore {
    /// The open sessions, the oldest first.
    package var sessionIDs: [SessionID] { sessions.keys.sorted { $0.rawValue < $1.rawValue } }

    package func report() -> BrokerReport {
        BrokerReport(
            queues: virtualHostsInOrder.flatMap { host in host.queuesInOrder.map { $0.report(in: host) } },
            sessions: sessions.count,
            channels: sessions.values.reduce(0) { $0 + $1.channels.count },
            residentBytes: log.residency.bytes,
            pinnedBytes: log.residency.pinnedBytes,
            blockReason: blockReasons.text,
            alarms: blockReasons.alarms
        )
    }
}

extension Queue {
    fileprivate func report(in virtualHost: VirtualHost) -> BrokerReport.Queue {
        BrokerReport.Queue(
            virtualHost: virtualHost.name,
            name: name,
            durable: options.durable,
            exclusive: options.exclusive,
            autoDelete: options.autoDelete,
            ready: ready.count,
            unacknowledged: unacknowledgedCount,
            delayed: delayed.count,
            consumers: consumers.count,
            readyBytes: ready.bodyBytes,
            entryBytes: ready.entryBytes + unacknowledgedCount * MemoryLayout<QueueEntry>.stride,
            arguments: options.arguments,
            owner: owner,
            type: settings.isQuorum ? "quorum" : "classic",
            isPaused: isPaused,
            rateLimit: settings.rateLimit.map { Int(clamping: $0) }
        )
    }
}
