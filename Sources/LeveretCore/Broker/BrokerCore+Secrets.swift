import LeveretModel

// connection.update-secret

extension BrokerCore {
    /// The client has shown new credentials: what it was allowed once is asked again. The secret itself is not looked
    /// at, because a password does not expire.
    mutating func updateSecret(of id: SessionID) {
        guard let session = sessions[id] else { return }
        do throws(AMQPError) {
            if !session.options.isTrusted { try checkAccess(of: session.options.user, to: session.virtualHost) }
        } catch {
            closeConnection(of: id, with: error)
            return
        }
        effects.append(.secretUpdated(id))
        for channel in session.channelsInOrder { cancelForbiddenConsumers(of: channel) }
    }

    private mutating func cancelForbiddenConsumers(of channel: Channel) {
        for case let consumer? in channel.consumers where !consumer.isGet && !consumer.isCancelled {
            let queue = consumer.queue
            // Direct replies take no right.
            guard channel.session.virtualHost.queues[queue.name] === queue else { continue }
            guard (try? require(.read, onQueue: queue.name, for: channel)) == nil else { continue }
            cancelByBroker(consumer)
            deleteIfAbandoned(queue, in: channel.session.virtualHost)
        }
    }
}
