import LeveretModel
import Logging
import Testing

@testable import LeveretClient

@Suite(.timeLimit(.minutes(1)))
struct ReconnectingConnectionTests {
    private let policy = ReconnectPolicy.backoff(initial: .seconds(1), jitter: 0, attempts: 3)

    /// Runs a program that opens a channel, and gives how often it was begun.
    private func run(_ behaviours: [FakeBroker.Behaviour], _ pauses: Pauses = Pauses()) async throws -> Int {
        var beginnings = 0
        try await FakeBroker.run(behaviours) { broker in
            try await reconnecting(broker.port, pauses) { connection in
                beginnings += 1
                try await connection.withChannel { _ in }
            }
        }
        return beginnings
    }

    private func reconnecting(
        _ port: Int,
        _ pauses: Pauses,
        _ body: (AMQPConnection) async throws -> Void
    ) async throws {
        try await AMQPConnection.withReconnectingConnection(
            ConnectionConfiguration(host: "127.0.0.1", port: port),
            policy: policy,
            logger: Logger(label: "test"),
            pause: { pauses.lengths.append($0) },
            body
        )
    }

    /// The pauses that were to be made. Used by one task.
    private final class Pauses {
        var lengths: [Duration] = []
    }

    @Test func `a program whose connection lasts is run once`() async throws {
        let pauses = Pauses()
        #expect(try await run([.serve], pauses) == 1)
        #expect(pauses.lengths.isEmpty)
    }

    @Test func `a program is run again when its connection is lost`() async throws {
        let pauses = Pauses()
        #expect(try await run([.hangUpOnChannel, .hangUpOnChannel, .serve], pauses) == 3)
        // Each time the connection had been open, so the pauses do not grow.
        #expect(pauses.lengths == [.seconds(1), .seconds(1)])
    }

    @Test func `a broker that shuts down is waited for`() async throws {
        #expect(try await run([.closeOnChannel(320), .serve]) == 2)
    }

    @Test func `an error that would come again is thrown`() async throws {
        await #expect(throws: (any Error).self) { _ = try await run([.closeOnChannel(530), .serve]) }
    }

    @Test func `a refused login is thrown`() async throws {
        let error = await #expect(throws: ConnectionError.self) { _ = try await run([.refuseLogin, .serve]) }
        #expect(error?.code == .loginRefused)
    }

    @Test func `an error of the program is thrown`() async throws {
        try await FakeBroker.run([.serve]) { broker in
            await #expect(throws: Problem.self) {
                try await reconnecting(broker.port, Pauses()) { _ in throw Problem() }
            }
        }
    }

    @Test func `an unreachable broker is tried as often as the policy says, with growing pauses`() async throws {
        // No other test can come to listen there in the meantime, as one could on a port that was free before.
        let port = 1
        let pauses = Pauses()
        let error = await #expect(throws: ConnectionError.self) { try await reconnecting(port, pauses) { _ in } }
        #expect(error?.code == .unreachable)
        #expect(error?.reason.contains("127.0.0.1:\(port)") == true)
        #expect(pauses.lengths == [.seconds(1), .seconds(2), .seconds(4)])
    }

    private struct Problem: Error {}
}
