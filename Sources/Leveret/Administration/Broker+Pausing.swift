import LeveretCore
public import LeveretModel

extension Broker {
    /// Holds a queue up: consumers get nothing from it and gets find it empty until it is resumed. Messages still come
    /// in, wait and expire; what consumers have stays theirs. A durable queue stays paused over a restart.
    ///
    /// - Throws: `AdministrationError` if there is no such virtual host or queue. That it is paused is no error.
    public func pauseQueue(_ name: QueueName, in virtualHost: String = "/") async throws {
        try await define { core throws(DefinitionError) in
            .pauseQueue(try core.queueID(of: name.rawValue, in: virtualHost))
        }
    }

    /// Lets a paused queue go on.
    ///
    /// - Throws: `AdministrationError` if there is no such virtual host or queue. That it is not paused is no error.
    public func resumeQueue(_ name: QueueName, in virtualHost: String = "/") async throws {
        try await define { core throws(DefinitionError) in
            .resumeQueue(try core.queueID(of: name.rawValue, in: virtualHost))
        }
    }
}
