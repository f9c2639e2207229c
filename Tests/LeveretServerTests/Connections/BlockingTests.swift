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

    @Test func `a publisher is told and not read until there is room again`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        let other = try EmbeddedConnection.open(broker: broker)
        try fill(publisher)
        #expect(try publisher.received().last == .method(0, .connectionBlocked(.init(reason: "low on memory"))))
        #expect(!publisher.isBeingRead)
        #expect(publisher.context.registry.connections.first?.isBlocked == true)
        try empty(other)
        #expect(try publisher.received() == [.method(0, .connectionUnblocked(ConnectionUnblocked()))])
        #expect(publisher.isBeingRead)
        #expect(publisher.context.registry.connections.first?.isBlocked == false)
    }

    @Test func `a consumer is told and read on`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        let consumer = try EmbeddedConnection.open(broker: broker)
        try fill(publisher)
        #expect(try consumer.received().map(\.method?.id) == [ConnectionBlocked.id])
        #expect(consumer.isBeingRead)
        try consumer.send(.basicGet(BasicGet(queue: "full", noAck: true)))
        #expect(try consumer.received().contains { $0.method?.id == BasicGetOk.id })
    }

    @Test func `a client that does not understand is not told, but not read either`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker, capabilities: [:])
        try fill(publisher)
        #expect(try publisher.received().map(\.method?.id) == [QueueDeclareOk.id])
        #expect(!publisher.isBeingRead)
    }

    @Test func `a client that publishes for the first time while blocked is not read from then on`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        let late = try EmbeddedConnection.open(broker: broker)
        try fill(publisher)
        #expect(late.isBeingRead)
        try late.send(ClientBytes.publish(channel: 1, key: "full", body: [1]))
        #expect(!late.isBeingRead)
    }

    @Test func `a client that connects while the broker blocks is told`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        try fill(publisher)
        let late = try EmbeddedConnection(broker: broker)
        try late.send(
            ClientBytes.header + ClientBytes.startOk() + ClientBytes.tuneOk() + ClientBytes.open()
        )
        #expect(
            try late.received().suffix(2).map(\.method?.id) == [ConnectionOpenOk.id, ConnectionBlocked.id]
        )
    }

    @Test func `a blocked client gets heartbeats and is not missed`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker, heartbeat: 10)
        try fill(publisher)
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
        let id = try #require(publisher.context.registry.connections.first?.id)
        publisher.context.registry.close(id, reason: "go")
        _ = try publisher.received()
        #expect(publisher.isBeingRead)
        try publisher.send(.connectionCloseOk(ConnectionCloseOk()), channel: 0)
        #expect(!publisher.isOpen)
    }
}
