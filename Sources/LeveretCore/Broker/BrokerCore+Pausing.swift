import LeveretModel

// Queues that operators hold up: nothing leaves a paused queue, and everything else goes on

extension BrokerCore {
    /// The number of a queue, for changes that name it.
    package func queueID(of name: String, in virtualHost: String) throws(DefinitionError) -> QueueID {
        guard let queue = try existingVirtualHost(virtualHost).queues[name] else {
            throw DefinitionError(.notFound, "no queue '\(name)' in vhost '\(virtualHost)'")
        }
        return queue.id
    }

    /// Holds a queue up, or lets it go on. That it is so already is no error.
    mutating func setPaused(_ id: QueueID, _ isPaused: Bool) throws(DefinitionError) -> JournalPosition {
        let queues = virtualHostsInOrder.lazy.flatMap(\.queuesInOrder)
        guard let queue = queues.first(where: { $0.id == id }) else {
            throw DefinitionError(.notFound, "queue number \(id.rawValue) does not exist")
        }
        queue.isPaused = isPaused
        schedule(queue)
        guard queue.isJournaled else { return gate.committedPosition }
        return record(isPaused ? .pauseQueue(id) : .resumeQueue(id))
    }
}
