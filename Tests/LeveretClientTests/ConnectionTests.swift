import LeveretModel
import Testing

@testable import LeveretClient

@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test func `a connection can be used from the main actor with its state`() async throws {
        try await FakeBroker.run([.serve]) { broker in try await Self.count(broker.port) }
    }

    /// Compiles only if closures run where they were made.
    @MainActor
    private static func count(_ port: Int) async throws {
        let counter = Counter()
        try await AMQPConnection.withConnection(ConnectionConfiguration(host: "127.0.0.1", port: port)) { connection in
            counter.count += 1
            try await connection.withChannel { _ in counter.count += 1 }
        }
        #expect(counter.count == 2)
    }

    /// Belongs to whoever made it, as it cannot be shared.
    private final class Counter {
        var count = 0
    }

    @Test func `nothing listens at an unreachable address, and the error says so`() async throws {
        let error = await #expect(throws: ConnectionError.self) {
            try await AMQPConnection.connect(ConnectionConfiguration(host: "127.0.0.1", port: 1))
        }
        #expect(error?.code == .unreachable)
        #expect(error?.reason.contains("is the broker running") == true)
    }

    @Test func `a host name that does not exist is named`() async throws {
        let error = await #expect(throws: ConnectionError.self) {
            try await AMQPConnection.connect(ConnectionConfiguration(host: "no-such-host.invalid"))
        }
        #expect(error?.code == .unreachable)
        #expect(error?.reason.contains("no-such-host.invalid") == true)
    }

    @Test(arguments: [-1, 0, 65_536])
    func `a port out of range is refused`(_ port: Int) async throws {
        let error = await #expect(throws: ConnectionError.self) {
            try await AMQPConnection.connect(ConnectionConfiguration(port: port))
        }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test func `a broker that hangs up ends what is being done`() async throws {
        try await FakeBroker.run([.hangUpOnChannel]) { broker in
            try await AMQPConnection.withConnection(.init(host: "127.0.0.1", port: broker.port)) { connection in
                let error = await #expect(throws: ConnectionError.self) { try await connection.openChannel() }
                #expect(error?.code == .lost)
            }
        }
    }

    @Test func `a task that is cancelled while it waits for the broker goes on`() async throws {
        try await FakeBroker.run([.serve]) { broker in
            try await AMQPConnection.withConnection(.init(host: "127.0.0.1", port: broker.port)) { connection in
                let channel = try await connection.openChannel()
                // The fake broker answers no queue.declare.
                let declaring = Task { try await channel.declareQueue("q", .transient) }
                declaring.cancel()
                await #expect(throws: CancellationError.self) { try await declaring.value }
                try await channel.close()
            }
        }
    }
}
