import Leveret
import LeveretModel
import LeveretWire
import NIOCore
import Testing

@testable import LeveretServer

/// What clients notice when the broker takes no messages for a while, because memory is full.
@Suite struct BlockingTests {
    private let broker: Broker

    init() throws { broker = try Broker(BrokerConfiguration(volatileBytes: 1_000_000)) }

    private func fill(_ connection: EmbeddedConnection) throws {
        try connection.send(.queueDeclare(QueueDeclare(queue: "full")))
        let publish = ClientBytes.publish(channel: 1, key: "full", body: Array(repeating: 1, count: 250_000))
        try connection.send(publish + publish + publish + publish + publish)
    }

    private func empty(_ connection: EmbeddedConnection) throws {
        try connection.send(.queuePurge(QueuePurge(queue: "full")))
    }

    /// Publishes while the broker takes no messages.
    private func publish(_ connection: EmbeddedConnection) throws {
        try connection.send(ClientBytes.publish(channel: 1, key: "full", body: [1]))
    }

    @Test func `a client that publishes is told and not read until there is room again`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        let other = try EmbeddedConnection.open(broker: broker)
        try fill(publisher)
        #expect(try publisher.received().map(\.method?.id) == [QueueDeclareOk.id])
        #expect(publisher.isBeingRead)
        try publish(publisher)
        #expect(try publisher.received() == [.method(0, .connectionBlocked(.init(reason: "low on memory")))])
        #expect(!publisher.isBeingRead)
        #expect(publisher.context.registry.connections.first?.isBlocked == true)
        try empty(other)
        #expect(try publisher.received() == [.method(0, .connectionUnblocked(ConnectionUnblocked()))])
        #expect(publisher.isBeingRead)
        #expect(publisher.context.registry.connections.first?.isBlocked == false)
    }

    @Test func `what a client published before it was told is taken`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        try fill(publisher)
        try publish(publisher)
        let other = try EmbeddedConnection.open(broker: broker)
        try other.send(.queueDeclare(QueueDeclare(queue: "full", passive: true)))
        guard case .method(_, .queueDeclareOk(let answer)) = try other.received().first else {
            Issue.record("no answer")
            return
        }
        #expect(answer.messageCount == 6)
    }

    @Test func `each time the broker blocks, a client is told anew when it publishes`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        let other = try EmbeddedConnection.open(broker: broker)
        for _ in 1...2 {
            try fill(other)
            try publish(publisher)
            #expect(try publisher.received().map(\.method?.id) == [ConnectionBlocked.id])
            // The client that filled the queue is still read: it has not published since.
            try empty(other)
            #expect(try publisher.received().map(\.method?.id) == [ConnectionUnblocked.id])
        }
    }

    @Test func `a client that published before and only consumes now is neither told nor held up`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        try fill(publisher)
        _ = try publisher.received()
        try publisher.send(.basicConsume(BasicConsume(queue: "full", consumerTag: "c")))
        let deliveries = try publisher.received().compactMap { frame -> UInt64? in
            if case .method(_, .basicDeliver(let deliver)) = frame { deliver.deliveryTag } else { nil }
        }
        #expect(!deliveries.isEmpty)
        try publisher.send(.basicAck(BasicAck(deliveryTag: 0, multiple: true)))
        #expect(publisher.isBeingRead)
        #expect(try !publisher.received().contains { $0.method?.id == ConnectionBlocked.id })
    }

    @Test func `a client that does not understand is not told, but not read either`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker, capabilities: [:])
        try fill(publisher)
        try publish(publisher)
        #expect(try publisher.received().map(\.method?.id) == [QueueDeclareOk.id])
        #expect(!publisher.isBeingRead)
    }

    @Test func `a client that connects while the broker blocks is told when it publishes`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        try fill(publisher)
        let late = try EmbeddedConnection.open(broker: broker)
        #expect(late.isBeingRead)
        try publish(late)
        #expect(try late.received().map(\.method?.id) == [ConnectionBlocked.id])
        #expect(!late.isBeingRead)
    }

    @Test func `a blocked client gets heartbeats and is not missed`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker, heartbeat: 10)
        try fill(publisher)
        try publish(publisher)
        _ = try publisher.received()
        publisher.advance(.seconds(100))
        #expect(publisher.isOpen)
        #expect(try publisher.received().contains(.heartbeat))
        try empty(try EmbeddedConnection.open(broker: broker))
        _ = try publisher.received()
        publisher.advance(.seconds(21))
        #expect(!publisher.isOpen, "once it is read again its silence counts")
    }

    @Test func `a blocked client that is closed by an operator is heard again`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        try fill(publisher)
        try publish(publisher)
        let id = try #require(publisher.context.registry.connections.first?.id)
        publisher.context.registry.close(id, reason: "go")
        _ = try publisher.received()
        #expect(publisher.isBeingRead)
        try publisher.send(.connectionCloseOk(ConnectionCloseOk()), channel: 0)
        #expect(!publisher.isOpen)
    }
}
