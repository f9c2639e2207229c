public import Logging

extension AMQPConnection {
    /// Connects and hands the connection to `body`; when the connection is lost and `body` throws for it, connects
    /// again and calls `body` from its beginning.
    ///
    /// `body` therefore declares what it needs and opens its channels itself, each time. It should let the errors of
    /// its channels out. A publishing whose confirm was not there yet may or may not have arrived; deliveries that
    /// were not acknowledged come again.
    ///
    /// What `body` throws while the connection is open is thrown on, and so is a refused login or virtual host. If the
    /// policy allows no further attempt, the error of the last one is thrown.
    public nonisolated(nonsending) static func withReconnectingConnection<Result: Sendable>(
        _ configuration: ConnectionConfiguration = ConnectionConfiguration(),
        policy: ReconnectPolicy = .backoff(),
        logger: Logger = Logger(label: "leveret.client"),
        _ body: (AMQPConnection) async throws -> Result
    ) async throws -> Result {
        try await withReconnectingConnection(
            configuration,
            policy: policy,
            logger: logger,
            pause: { try await ContinuousClock().sleep(for: $0) },
            body
        )
    }

    /// The same with time in the caller's hands.
    nonisolated(nonsending) static func withReconnectingConnection<Result: Sendable>(
        _ configuration: ConnectionConfiguration,
        policy: ReconnectPolicy,
        logger: Logger,
        pause pauseFor: (Duration) async throws -> Void,
        _ body: (AMQPConnection) async throws -> Result
    ) async throws -> Result {
        var failures = 0
        while true {
            let attempt = await attempt(configuration, logger, body)
            let loss: any Error
            switch attempt.outcome {
            case .returned(let result): return result
            case .failed(let error): throw error
            case .lost(let error): loss = error
            }
            failures = attempt.wasOpen ? 1 : failures + 1
            guard let pause = policy.pause(beforeAttempt: failures, chance: .random(in: 0...1)) else { throw loss }
            logger.info(
                "the connection is to be made again",
                metadata: [
                    "broker": "\(configuration.address)", "attempt": "\(failures)", "pause": "\(pause)",
                    "error": "\(loss)",
                ]
            )
            try await pauseFor(pause)
        }
    }

    private nonisolated(nonsending) static func attempt<Result: Sendable>(
        _ configuration: ConnectionConfiguration,
        _ logger: Logger,
        _ body: (AMQPConnection) async throws -> Result
    ) async -> (outcome: ReconnectOutcome<Result>, wasOpen: Bool) {
        do {
            let connection = try await connect(configuration, logger: logger)
            return (await connection.outcome(of: body), true)
        } catch let error as ConnectionError where error.isTransient {
            return (.lost(error), false)
        } catch {
            return (.failed(error), false)
        }
    }

    /// Calls `body`, closes the connection, and tells whether a failure is the connection's.
    private nonisolated(nonsending) func outcome<Result: Sendable>(
        of body: (AMQPConnection) async throws -> Result
    ) async -> ReconnectOutcome<Result> {
        do {
            let result = try await body(self)
            await close()
            return .returned(result)
        } catch {
            let end = endError
            await close()
            guard let end, end.isTransient, !(error is CancellationError) else { return .failed(error) }
            return .lost(error)
        }
    }
}

private enum ReconnectOutcome<Result> {
    case returned(Result)
    /// The program failed while the connection was open.
    case failed(any Error)
    /// The program failed because its connection was lost.
    case lost(any Error)
}
