import LeveretModel
import Logging
import Testing

@testable import LeveretClient

struct ConsumerDeliveriesTests {
    private func delivery(_ tag: UInt64) -> Delivery {
        Delivery(
            deliveryTag: tag,
            isRedelivered: false,
            exchange: .default,
            routingKey: "q",
            encodedProperties: DeliveredBody(copying: [0, 0]),
            body: DeliveredBody(copying: [1, 2, 3]),
            settlement: NoSettlement()
        )
    }

    @Test func `what has come is taken at once`() async throws {
        let deliveries = ConsumerDeliveries(window: nil)
        deliveries.receive([delivery(1), delivery(2)], bytes: 6)
        deliveries.receive([delivery(3)], bytes: 3)
        #expect(try await deliveries.nextBatch()?.map(\.deliveryTag) == [1, 2, 3])
    }

    @Test func `a task that waits gets what comes`() async throws {
        let deliveries = ConsumerDeliveries(window: nil)
        async let batch = deliveries.nextBatch()
        deliveries.receive([delivery(1)], bytes: 3)
        #expect(try await batch?.map(\.deliveryTag) == [1])
    }

    @Test func `the end comes after what came before it`() async throws {
        let deliveries = ConsumerDeliveries(window: nil)
        deliveries.receive([delivery(1)], bytes: 3)
        deliveries.end(nil)
        #expect(try await deliveries.nextBatch()?.count == 1)
        #expect(try await deliveries.nextBatch() == nil)
        #expect(try await deliveries.nextBatch() == nil)
    }

    @Test func `an error comes at once, and again`() async throws {
        let deliveries = ConsumerDeliveries(window: nil)
        deliveries.receive([delivery(1)], bytes: 3)
        deliveries.end(Problem())
        await #expect(throws: Problem.self) { try await deliveries.nextBatch() }
        await #expect(throws: Problem.self) { try await deliveries.nextBatch() }
    }

    @Test func `a cancelled task gets the end, and what it did not take is given back`() async throws {
        let deliveries = ConsumerDeliveries(window: nil)
        deliveries.receive([delivery(1), delivery(2)], bytes: 6)
        let task = Task { () -> Int? in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await deliveries.nextBatch()?.count
        }
        #expect(try await task.value == nil)
        #expect(deliveries.takeRest().map(\.deliveryTag) == [1, 2])
        #expect(deliveries.takeRest().isEmpty)
    }

    @Test func `the connection's window counts what waits`() async throws {
        var configuration = ConnectionConfiguration()
        configuration.unlimitedDeliveryBytes = 5
        let session = SharedSession(configuration, logger: Logger(label: "test"))
        let deliveries = ConsumerDeliveries(window: session)
        deliveries.receive([delivery(1)], bytes: 3)
        #expect(session.window.isOpen)
        deliveries.receive([delivery(2)], bytes: 3)
        #expect(!session.window.isOpen)
        _ = try await deliveries.nextBatch()
        #expect(session.window.isOpen)
        deliveries.receive([delivery(3)], bytes: 30)
        #expect(!session.window.isOpen)
        deliveries.end(Problem())
        _ = deliveries.takeRest()
        #expect(session.window.isOpen)
    }

    @Test func `what comes after the end and before the broker knows of it is given back too`() {
        let deliveries = ConsumerDeliveries(window: nil)
        deliveries.end(nil)
        deliveries.receive([delivery(1)], bytes: 3)
        #expect(deliveries.takeRest().map(\.deliveryTag) == [1])
    }

    private struct Problem: Error {}
}
