import LeveretModel

/// Deletes a queue, whoever owns it.
package struct DeleteQueue: OperatorRequest {
    package static let command = "delete_queue"

    package var virtualHost: String
    package var queue: String
    package var ifEmpty: Bool
    package var ifUnused: Bool

    package init(virtualHost: String, queue: String, ifEmpty: Bool, ifUnused: Bool) {
        self.virtualHost = virtualHost
        self.queue = queue
        self.ifEmpty = ifEmpty
        self.ifUnused = ifUnused
    }

    /// How many messages were deleted with it.
    package func perform(on broker: Broker) async throws -> UInt32 {
        try await broker.withOperatorChannel(in: virtualHost, queue: queue) { channel in
            try await channel.deleteQueue(QueueName(queue), ifUnused: ifUnused, ifEmpty: ifEmpty)
        }
    }
}

/// Drops the messages of a queue that are ready, whoever owns it.
package struct PurgeQueue: OperatorRequest {
    package static let command = "purge_queue"

    package var virtualHost: String
    package var queue: String

    package init(virtualHost: String, queue: String) {
        self.virtualHost = virtualHost
        self.queue = queue
    }

    /// How many messages were dropped.
    package func perform(on broker: Broker) async throws -> UInt32 {
        try await broker.withOperatorChannel(in: virtualHost, queue: queue) { channel in
            try await channel.purgeQueue(QueueName(queue))
        }
    }
}

/// Holds a queue up, or lets it go on.
package struct SetPaused: OperatorRequest {
    package static let command = "set_paused"

    package var virtualHost: String
    package var queue: String
    package var isPaused: Bool

    package init(virtualHost: String, queue: String, isPaused: Bool) {
        self.virtualHost = virtualHost
        self.queue = queue
        self.isPaused = isPaused
    }

    package func perform(on broker: Broker) async throws -> Done {
        let name = QueueName(queue)
        if isPaused {
            try await broker.pauseQueue(name, in: virtualHost)
        } else {
            try await broker.resumeQueue(name, in: virtualHost)
        }
        return Done()
    }
}

extension Broker {
    /// Opens an operator's channel for something to be done with a queue, which must be there.
    fileprivate func withOperatorChannel<Result: Sendable>(
        in virtualHost: String,
        queue: String,
        _ body: (InProcessChannel) async throws -> Result
    ) async throws -> Result {
        try requireVirtualHost(virtualHost)
        let channel = try await InProcessChannel.open(on: driver, virtualHost: virtualHost, isOperator: true)
        do {
            _ = try await channel.inspectQueue(QueueName(queue))
            let result = try await body(channel)
            await channel.end()
            return result
        } catch {
            await channel.end()
            throw error
        }
    }
}
