import Leveret
import LeveretCore
import MetricsTestKit
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test func `what the broker does is counted, each thing once`() async throws {
        let factory = TestMetrics()
        let driver = CoreDriver(
            store: nil,
            recovered: RecoveredState(),
            limits: CoreLimits(),
            seed: 1,
            clock: BrokerClock { BrokerTime(milliseconds: 0) },
            metrics: BrokerMetrics(factory: factory),
            onFailure: { _ in }
        )
        _ = try driver.define { _ in .putVirtualHost(VirtualHostDefinition(name: "/")) }
        let channel = try await InProcessChannel.open(on: driver, virtualHost: "/")
        let orders = try await channel.declareQueue("orders")
        for body in ["a", "b", "c"] { try await channel.publish(body, to: orders) }
        try await channel.publish("nobody wants it", exchange: "amq.fanout", routingKey: "")
        try await channel.get("orders")?.nack()
        try await channel.get("orders")?.ack()
        try await channel.close()

        func count(_ name: String) throws -> Int64 {
            try factory.expectCounter("leveret_messages_\(name)_total").totalValue
        }
        #expect(try count("published") == 4)
        #expect(try count("unroutable") == 1)
        #expect(try count("delivered") == 2)
        #expect(try count("redelivered") == 1)
        #expect(try count("acknowledged") == 1)
        #expect(try count("requeued") == 1)
    }
}
