import FoundationEssentials
import Leveret
import Testing

@Suite("A broker in memory")
struct InMemoryBrokerTests {
    @Test func `a consumer gets what was published, in order, and no more than its prefetch`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders")
                for number in 0..<5 { try await channel.publish("order \(number)", to: orders) }
                try await channel.consume(orders, prefetch: 2) { deliveries in
                    let batches = deliveries.batches.makeAsyncIterator()
                    let first = try #require(try await batches.next())
                    #expect(first.map(\.body.string) == ["order 0", "order 1"])
                    try await channel.acknowledge(first[1].deliveryTag, multiple: true)
                    let second = try #require(try await batches.next())
                    #expect(second.first?.body.string == "order 2")
                }
            }
        }
    }

    @Test @MainActor func `closures run where their caller runs, and may use its state`() async throws {
        let ledger = Ledger()
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders")
                try await channel.publish("order", to: orders)
                try await channel.consume(orders) { deliveries in
                    for try await delivery in deliveries {
                        ledger.bodies.append(delivery.body.string)
                        break
                    }
                }
            }
        }
        #expect(ledger.bodies == ["order"])
    }

    /// State of the main actor, as a program's own.
    @MainActor private final class Ledger {
        var bodies: [String] = []
    }

    @Test func `bodies may be strings, bytes, slices or data`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders")
                try await channel.publish("text", to: orders)
                try await channel.publish([1, 2, 3] as [UInt8], to: orders)
                try await channel.publish(([1, 2, 3] as [UInt8])[1...], to: orders)
                try await channel.publish(Data([4, 5]), to: orders)
                var bodies: [[UInt8]] = []
                while let delivery = try await channel.get("orders", noAcknowledge: true) {
                    bodies.append(delivery.body.bytes)
                }
                #expect(bodies == [Array("text".utf8), [1, 2, 3], [2, 3], [4, 5]])
            }
        }
    }

    @Test func `publishing to a queue that does not exist throws`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                await #expect(throws: PublishError.unroutable(code: .noRoute, text: "NO_ROUTE")) {
                    try await channel.publish("lost", to: "nowhere")
                }
            }
        }
    }

    @Test func `an error closes its channel, and says so again, while others go on`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { other in
                try await broker.withChannel { channel in
                    let error = await #expect(throws: AMQPError.self) { try await channel.inspectQueue("missing") }
                    #expect(error?.code == .notFound)
                    #expect(error?.text == "NOT_FOUND - no queue 'missing' in vhost '/'")
                    await #expect(throws: AMQPError.self) { try await channel.declareQueue("more") }
                }
                _ = try await other.declareQueue("more")
            }
        }
    }

    @Test func `nack puts a message back to its place, marked as redelivered`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders")
                for body in ["a", "b", "c"] { try await channel.publish(body, to: orders) }
                let first = try #require(try await channel.get("orders"))
                try await first.nack(requeue: true)
                let again = try #require(try await channel.get("orders"))
                #expect(again.body.string == "a")
                #expect(again.isRedelivered)
                let next = try await channel.get("orders")?.isRedelivered
                #expect(next == false)
            }
        }
    }

    @Test func `deliveries end when the queue is deleted`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders")
                try await channel.consume(orders) { deliveries in
                    try await channel.deleteQueue("orders")
                    for try await _ in deliveries { Issue.record("nothing was published") }
                }
            }
        }
    }

    @Test func `what a closed channel had not acknowledged is ready again`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { keeper in
                let orders = try await keeper.declareQueue("orders")
                try await keeper.publish("kept", to: orders)
                try await broker.withChannel { _ = try await $0.get("orders") }
                let second = try await keeper.get("orders")?.isRedelivered
                #expect(second == true)
            }
        }
    }

    @Test func `a delivery's body stays readable after the message is settled and memory is reused`() async throws {
        try await Broker.run { broker in
            try await broker.withChannel { channel in
                let orders = try await channel.declareQueue("orders")
                try await channel.publish("remember me", to: orders)
                let kept = try #require(try await channel.get("orders", noAcknowledge: true))
                for number in 0..<5000 { try await channel.publish("noise \(number) \(number)", to: orders) }
                try await channel.purgeQueue("orders")
                for number in 0..<5000 { try await channel.publish("noise \(number) \(number)", to: orders) }
                #expect(kept.body.string == "remember me")
            }
        }
    }
}
