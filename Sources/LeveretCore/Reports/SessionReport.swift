package import LeveretModel

/// What operators see of a session.
package struct SessionReport: Sendable, Hashable {
    package var id: SessionID
    package var options: SessionOptions
    package var channels: Int
    /// Whether it has been told that messages are not taken for now. That concerns it once it publishes.
    package var isBlocked: Bool
}

/// What operators see of a channel.
package struct ChannelReport: Sendable, Hashable {
    package var id: ChannelID
    /// The session's name.
    package var connection: String
    package var user: String
    package var virtualHost: String
    /// Whether publishings are confirmed.
    package var confirms: Bool
    package var consumers: Int
    package var unacknowledged: Int
    /// Publishings that have not been answered for.
    package var unconfirmed: Int
    /// The limit of each consumer to come, and that of all together; 0 is none.
    package var prefetch: Int
    package var sharedPrefetch: Int
}

/// What operators see of a consumer.
package struct ConsumerReport: Sendable, Hashable {
    package var virtualHost: String
    package var queue: String
    package var channel: ChannelID
    /// The session's name.
    package var connection: String
    package var tag: String
    package var noAcknowledge: Bool
    package var isExclusive: Bool
    package var prefetch: Int
    package var arguments: FieldTable
    /// Whether messages go to it: of a queue with a single active consumer, to one only.
    package var isActive: Bool
}

extension BrokerCore {
    /// The sessions, the oldest first.
    package func sessionReports() -> [SessionReport] {
        sessionIDs.compactMap { sessions[$0] }.map { session in
            SessionReport(
                id: session.id,
                options: session.options,
                channels: session.channels.count,
                isBlocked: session.isBlocked
            )
        }
    }

    /// The channels, by session and number.
    package func channelReports() -> [ChannelReport] {
        sessionIDs.compactMap { sessions[$0] }.flatMap(\.channelsInOrder).map { channel in
            ChannelReport(
                id: channel.id,
                connection: channel.session.options.name,
                user: channel.session.options.user,
                virtualHost: channel.session.virtualHost.name,
                confirms: channel.ledger != nil,
                consumers: channel.consumersByTag.count,
                unacknowledged: channel.unacknowledged.count,
                unconfirmed: channel.ledger.map(gate.unansweredCount) ?? 0,
                prefetch: channel.consumerPrefetch,
                sharedPrefetch: channel.sharedPrefetch
            )
        }
    }

    /// The consumers of a virtual host, by queue and in the order in which they came.
    package func consumerReports(in virtualHost: String) -> [ConsumerReport] {
        guard let virtualHost = virtualHosts[virtualHost] else { return [] }
        return virtualHost.queuesInOrder.flatMap { queue in
            queue.consumers.all.map { consumer in
                ConsumerReport(
                    virtualHost: virtualHost.name,
                    queue: queue.name,
                    channel: consumer.channel.id,
                    connection: consumer.channel.session.options.name,
                    tag: consumer.tag,
                    noAcknowledge: consumer.noAcknowledge,
                    isExclusive: consumer.isExclusive,
                    prefetch: consumer.prefetch,
                    arguments: consumer.arguments,
                    isActive: queue.consumers.active.map { $0 === consumer } ?? true
                )
            }
        }
    }
}
