import Synchronization
import Testing

@testable import LeveretServer

@Suite struct ConnectionRegistryTests {
    private final class Closings: Sendable {
        let seen = Mutex<[ConnectionClosing]>([])
    }

    private func admit(_ registry: ConnectionRegistry, _ closings: Closings = Closings()) -> ConnectionRecord? {
        registry.admit { id in
            ConnectionRecord(id: id, name: "connection \(id)", connectedAt: 5) { closing in
                closings.seen.withLock { $0.append(closing) }
            }
        }
    }

    @Test func `one connection more than the limit is not admitted`() throws {
        let registry = ConnectionRegistry(limit: 2)
        let first = try #require(admit(registry))
        #expect(admit(registry) != nil)
        #expect(admit(registry) == nil)
        registry.remove(first.id)
        #expect(admit(registry) != nil)
    }

    @Test func `connections are listed from the oldest on`() {
        let registry = ConnectionRegistry(limit: 10)
        for _ in 0..<5 { _ = admit(registry) }
        #expect(registry.connections.map(\.name) == (1...5).map { "connection \($0)" })
        #expect(registry.count == 5)
    }

    @Test func `an operator closes one connection by its identifier`() throws {
        let registry = ConnectionRegistry(limit: 10)
        let closings = Closings()
        let record = try #require(admit(registry, closings))
        #expect(registry.close(record.id, reason: "go"))
        #expect(!registry.close(record.id + 1, reason: "go"))
        #expect(closings.seen.withLock { $0 } == [.politely(reason: "go")])
    }

    @Test func `after closing all nobody is admitted`() async throws {
        let registry = ConnectionRegistry(limit: 10)
        let closings = Closings()
        let record = try #require(admit(registry, closings))
        registry.closeAll(.atOnce)
        #expect(admit(registry) == nil)
        #expect(closings.seen.withLock { $0 } == [.atOnce])
        async let empty: Void = registry.becomeEmpty()
        registry.remove(record.id)
        await empty
        #expect(registry.count == 0)
    }
}
