import LeveretModel
import Testing

extension MessageChannel {
    /// Publishes bodies to a queue, in order, and waits for their confirms.
    func fill(_ queue: QueueName, _ bodies: [String]) async throws {
        for body in bodies { try await publish(body, to: queue) }
    }

    /// Takes the bodies of all messages that are ready, in order.
    func drain(_ queue: QueueName) async throws -> [String] {
        var bodies: [String] = []
        while let delivery = try await get(queue, noAcknowledge: true) { bodies.append(delivery.body.string) }
        return bodies
    }

    /// How many messages of a queue are ready.
    func readyCount(_ queue: QueueName) async throws -> UInt32 {
        try await inspectQueue(queue).messageCount
    }
}

/// Checks that `body` throws an AMQP error with this code, and gives the error.
@discardableResult
func expectError(
    _ code: ReplyCode,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async -> AMQPError? {
    let error = await #expect(throws: AMQPError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error?.code == code, sourceLocation: sourceLocation)
    return error
}
