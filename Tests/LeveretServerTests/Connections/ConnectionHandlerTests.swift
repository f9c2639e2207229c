import Leveret
import LeveretModel
import LeveretWire
import NIOCore
import Testing

@testable import LeveretServer

/// The handler with a real broker in memory, without a socket.
@Suite struct ConnectionHandlerTests {
    private let broker: Broker

    init() throws { broker = try Broker() }

    private func methods(_ connection: EmbeddedConnection) throws -> [Method] {
        try connection.received().compactMap(\.method)
    }

    // MARK: Opening

    @Test func `a client is led through the handshake`() throws {
        let connection = try EmbeddedConnection(broker: broker)
        try connection.send(ClientBytes.header)
        #expect(try methods(connection).map(\.id) == [ConnectionStart.id])
        try connection.send(ClientBytes.startOk())
        #expect(
            try methods(connection)
                == [.connectionTune(ConnectionTune(channelMax: 2047, frameMax: 131_072, heartbeat: 60))]
        )
        try connection.send(ClientBytes.tuneOk() + ClientBytes.open())
        #expect(try methods(connection) == [.connectionOpenOk(ConnectionOpenOk())])
        let information = try #require(connection.context.registry.connections.first)
        #expect(information.user == "guest")
        #expect(information.virtualHost == "/")
        #expect(information.clientName == "test")
        #expect(information.frameMax == 131_072)
    }

    @Test func `a client of this machine may log in without a name, unless that is turned off`() throws {
        #expect(try offer(ServerConfiguration(), from: "127.0.0.1") == "PLAIN AMQPLAIN ANONYMOUS")
        #expect(try offer(ServerConfiguration(), from: "192.0.2.1") == "PLAIN AMQPLAIN")
        var configuration = ServerConfiguration()
        configuration.allowsAnonymousLogin = false
        #expect(try offer(configuration, from: "127.0.0.1") == "PLAIN AMQPLAIN")
    }

    private func offer(_ configuration: ServerConfiguration, from address: String) throws -> String? {
        let connection = try EmbeddedConnection(broker: broker, configuration: configuration, address: address)
        try connection.send(ClientBytes.header)
        guard case .connectionStart(let start) = try methods(connection).first else { return nil }
        return start.mechanisms
    }

    @Test func `bytes may come one by one`() throws {
        let connection = try EmbeddedConnection(broker: broker)
        let bytes =
            ClientBytes.header + ClientBytes.startOk() + ClientBytes.tuneOk() + ClientBytes.open()
            + ClientBytes.openChannel(1) + ClientBytes.method(.queueDeclare(QueueDeclare(queue: "q")), channel: 1)
            + ClientBytes.publish(channel: 1, key: "q", body: Array("hello".utf8))
            + ClientBytes.publish(channel: 1, key: "q", body: Array("again".utf8))
            + ClientBytes.method(.basicGet(BasicGet(queue: "q", noAck: true)), channel: 1)
        for byte in bytes { try connection.send([byte]) }
        let received = try connection.received()
        #expect(received.last == .body(1, Array("hello".utf8)))
        #expect(received.contains(.method(1, .queueDeclareOk(.init(queue: "q", messageCount: 0, consumerCount: 0)))))
    }

    @Test(arguments: [2, 3, 7, 11, 64, 1000])
    func `bytes may come in pieces of any size`(size: Int) throws {
        let connection = try EmbeddedConnection.open(broker: broker)
        let bodies = (0..<50).map { number in Array("body \(number)".utf8) }
        var bytes = ClientBytes.method(.queueDeclare(QueueDeclare(queue: "pieces \(size)")), channel: 1)
        for body in bodies { bytes += ClientBytes.publish(channel: 1, key: "pieces \(size)", body: body) }
        bytes += ClientBytes.method(
            .basicConsume(BasicConsume(queue: "pieces \(size)", consumerTag: "t", noAck: true)),
            channel: 1
        )
        var start = 0
        while start < bytes.count {
            try connection.send(Array(bytes[start..<min(start + size, bytes.count)]))
            start += size
        }
        let received = try connection.received().compactMap { frame -> [UInt8]? in
            if case .body(_, let body) = frame { body } else { nil }
        }
        #expect(received == bodies)
    }

    @Test func `another protocol is answered by the header of this one`() throws {
        let connection = try EmbeddedConnection(broker: broker)
        try connection.send(Array("AMQP".utf8) + [1, 1, 0, 0])
        #expect(try connection.receivedBytes() == Array("AMQP".utf8) + [0, 0, 9, 1])
        #expect(!connection.isOpen)
    }

    @Test func `a handshake that takes too long is dropped`() throws {
        let connection = try EmbeddedConnection(broker: broker)
        try connection.send(ClientBytes.header)
        connection.advance(.seconds(9))
        #expect(connection.isOpen)
        connection.advance(.seconds(1))
        #expect(!connection.isOpen)
    }

    @Test func `an open connection outlives the handshake's time`() throws {
        let connection = try EmbeddedConnection.open(broker: broker)
        connection.advance(.seconds(60))
        #expect(connection.isOpen)
    }

    @Test func `a wrong password is told to clients that understand it`() throws {
        let connection = try EmbeddedConnection(broker: broker)
        try connection.send(ClientBytes.header + ClientBytes.startOk(password: "wrong"))
        guard case .connectionClose(let close) = try methods(connection).last else {
            Issue.record("connection.close was expected")
            return
        }
        #expect(close.replyCode == 403)
        try connection.send(.connectionCloseOk(ConnectionCloseOk()), channel: 0)
        #expect(!connection.isOpen)
    }

    @Test func `a wrong password drops other clients after a pause`() throws {
        let connection = try EmbeddedConnection(broker: broker)
        try connection.send(ClientBytes.header + ClientBytes.startOk(password: "wrong", capabilities: [:]))
        #expect(try methods(connection).map(\.id) == [ConnectionStart.id])
        #expect(connection.isOpen)
        connection.advance(.seconds(1))
        #expect(!connection.isOpen)
    }

    @Test func `an unknown virtual host is refused with 530`() throws {
        let connection = try EmbeddedConnection(broker: broker)
        try connection.send(
            ClientBytes.header + ClientBytes.startOk() + ClientBytes.tuneOk()
                + ClientBytes.open(virtualHost: "nowhere")
        )
        guard case .connectionClose(let close) = try methods(connection).last else {
            Issue.record("connection.close was expected")
            return
        }
        #expect(close.replyCode == 530)
        #expect(close.replyText.contains("nowhere"))
    }

    // MARK: Messages

    @Test func `a body is split by the consumer's frame size`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        let consumer = try EmbeddedConnection.open(broker: broker, frameMax: 4096)
        try publisher.send(.queueDeclare(QueueDeclare(queue: "split")))
        let body = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try publisher.send(ClientBytes.publish(channel: 1, key: "split", body: body))
        try consumer.send(.basicConsume(BasicConsume(queue: "split", consumerTag: "tag", noAck: true)))
        let received = try consumer.received()
        let parts = received.compactMap { frame -> [UInt8]? in
            if case .body(1, let part) = frame { part } else { nil }
        }
        #expect(parts.map(\.count) == [4088, 4088, 1824])
        #expect(parts.flatMap(\.self) == body)
        guard case .basicDeliver(let deliver) = received[1].method else {
            Issue.record("basic.deliver was expected after basic.consume-ok")
            return
        }
        #expect(deliver.consumerTag == "tag")
        #expect(deliver.routingKey == "split")
    }

    @Test func `a returned message comes before its confirm`() throws {
        let connection = try EmbeddedConnection.open(broker: broker)
        try connection.send(.confirmSelect(ConfirmSelect()))
        try connection.send(ClientBytes.publish(channel: 1, key: "nowhere", body: [1, 2], mandatory: true))
        let received = try connection.received()
        guard case .basicReturn(let returned) = received[1].method else {
            Issue.record("basic.return was expected")
            return
        }
        #expect(returned.replyCode == 312)
        #expect(returned.replyText == "NO_ROUTE")
        #expect(received[2...3] == [.header(1, bodySize: 2), .body(1, [1, 2])])
        #expect(received.last == .method(1, .basicAck(BasicAck(deliveryTag: 1))))
    }

    @Test func `a consumer whose queue goes is told so, if it understands`() throws {
        let capable = try EmbeddedConnection.open(broker: broker)
        let other = try EmbeddedConnection.open(broker: broker, capabilities: [:])
        try capable.send(.queueDeclare(QueueDeclare(queue: "doomed")))
        for connection in [capable, other] {
            try connection.send(.basicConsume(BasicConsume(queue: "doomed", consumerTag: "t")))
            _ = try connection.received()
        }
        try capable.send(.queueDelete(QueueDelete(queue: "doomed")))
        #expect(try methods(capable).contains(.basicCancel(BasicCancel(consumerTag: "t", noWait: true))))
        #expect(try methods(other).isEmpty)
        try capable.send(.basicCancelOk(BasicCancelOk(consumerTag: "t")))
        #expect(capable.isOpen)
    }

    // MARK: Slow clients

    @Test func `what waits for a consumer that does not read is bounded, and nothing is lost`() throws {
        let publisher = try EmbeddedConnection.open(broker: broker)
        let consumer = try EmbeddedConnection.open(broker: broker)
        try publisher.send(.queueDeclare(QueueDeclare(queue: "slow")))
        try consumer.send(.basicConsume(BasicConsume(queue: "slow", consumerTag: "t", noAck: true)))
        _ = try consumer.received()
        consumer.stopTakingBytes()
        let body = [UInt8](repeating: 1, count: 10_000)
        let count = 1000
        for _ in 0..<count { try publisher.send(ClientBytes.publish(channel: 1, key: "slow", body: body)) }
        #expect(consumer.waitingBytes > 0)
        #expect(consumer.waitingBytes < 2 << 20)
        consumer.takeBytes()
        let bodies = try consumer.received().count { if case .body = $0 { true } else { false } }
        #expect(bodies == count)
        #expect(consumer.waitingBytes == 0)
    }

    @Test func `a client that asks and does not read is not read either, until it reads again`() throws {
        var configuration = ServerConfiguration()
        configuration.outboundBytesMax = 10_000
        let connection = try EmbeddedConnection.open(broker: broker, configuration: configuration)
        connection.stopTakingBytes()
        let ask = ClientBytes.method(.basicGet(BasicGet(queue: "asked", noAck: true)), channel: 1)
        try connection.send(.queueDeclare(QueueDeclare(queue: "asked")))
        try connection.send((0..<500).flatMap { _ in ask })
        #expect(connection.isBeingRead)
        try connection.send((0..<500).flatMap { _ in ask })
        #expect(!connection.isBeingRead)
        connection.takeBytes()
        #expect(connection.isBeingRead)
        #expect(try methods(connection).count { $0.id == BasicGetEmpty.id } == 1000)
    }

    // MARK: Heartbeats

    @Test func `heartbeats are sent when nothing else is`() throws {
        let connection = try EmbeddedConnection.open(broker: broker, heartbeat: 10)
        connection.advance(.seconds(4))
        #expect(try connection.received().isEmpty)
        connection.advance(.seconds(2))
        #expect(try connection.received() == [.heartbeat])
    }

    @Test func `a client that is silent for two intervals is dropped`() throws {
        let connection = try EmbeddedConnection.open(broker: broker, heartbeat: 10)
        connection.advance(.seconds(15))
        try connection.send(ClientBytes.heartbeat)
        connection.advance(.seconds(19))
        #expect(connection.isOpen)
        connection.advance(.seconds(2))
        #expect(!connection.isOpen)
    }

    @Test func `a client whose reads are paused is not missed`() throws {
        var configuration = ServerConfiguration()
        configuration.outboundBytesMax = 1
        let connection = try EmbeddedConnection.open(
            broker: broker,
            configuration: configuration,
            heartbeat: 10
        )
        connection.stopTakingBytes()
        try connection.send(.basicGet(BasicGet(queue: "none")))
        #expect(!connection.isBeingRead)
        connection.advance(.seconds(300))
        #expect(connection.isOpen)
    }

    @Test func `a connection without heartbeats is left alone`() throws {
        let connection = try EmbeddedConnection.open(broker: broker, heartbeat: 0)
        connection.advance(.hours(10))
        #expect(connection.isOpen)
        #expect(try connection.received().isEmpty)
    }

    // MARK: Closing

    @Test func `a client that leaves is answered and its exclusive queues are gone`() throws {
        let leaving = try EmbeddedConnection.open(broker: broker)
        let staying = try EmbeddedConnection.open(broker: broker)
        try leaving.send(.queueDeclare(QueueDeclare(queue: "mine", exclusive: true)))
        _ = try leaving.received()
        try leaving.send(ClientBytes.connectionClose)
        #expect(try methods(leaving) == [.connectionCloseOk(ConnectionCloseOk())])
        #expect(!leaving.isOpen)
        #expect(leaving.context.registry.count == 0)
        try staying.send(.queueDeclare(QueueDeclare(queue: "mine", passive: true)))
        guard case .channelClose(let close) = try methods(staying).last else {
            Issue.record("channel.close was expected")
            return
        }
        #expect(close.replyCode == 404)
        #expect((close.classID, close.methodID) == (50, 10))
    }

    @Test func `a connection that is lost gives its messages back`() throws {
        let losing = try EmbeddedConnection.open(broker: broker)
        let other = try EmbeddedConnection.open(broker: broker)
        try losing.send(.queueDeclare(QueueDeclare(queue: "lost")))
        try losing.send(ClientBytes.publish(channel: 1, key: "lost", body: [1]))
        try losing.send(.basicGet(BasicGet(queue: "lost")))
        losing.channel.close(promise: nil)
        #expect(losing.context.registry.count == 0)
        try other.send(.basicGet(BasicGet(queue: "lost")))
        guard case .basicGetOk(let answer) = try methods(other).last else {
            Issue.record("basic.get-ok was expected")
            return
        }
        #expect(answer.redelivered)
    }

    @Test func `a channel error closes the channel only, once, and its number can be used again`() throws {
        let connection = try EmbeddedConnection.open(broker: broker, channels: [1, 2])
        let publish = ClientBytes.publish(channel: 1, exchange: "missing", key: "k", body: [1])
        try connection.send(publish + publish + publish)
        let closes = try methods(connection)
        #expect(closes.count == 1)
        guard case .channelClose(let close) = closes.first else {
            Issue.record("channel.close was expected")
            return
        }
        #expect(close.replyCode == 404)
        try connection.send(publish)
        #expect(try methods(connection).isEmpty)
        try connection.send(.channelCloseOk(ChannelCloseOk()))
        try connection.send(ClientBytes.openChannel(1))
        #expect(try methods(connection) == [.channelOpenOk(ChannelOpenOk())])
        try connection.send(.queueDeclare(QueueDeclare(queue: "still there")), channel: 2)
        #expect(try methods(connection).map(\.id) == [QueueDeclareOk.id])
    }

    @Test func `a channel that both sides close at once is answered twice`() throws {
        let connection = try EmbeddedConnection.open(broker: broker)
        let publish = ClientBytes.publish(channel: 1, exchange: "missing", key: "k", body: [1])
        try connection.send(publish + ClientBytes.channelClose(1))
        #expect(try methods(connection).map(\.id) == [ChannelClose.id, ChannelCloseOk.id])
        try connection.send(.channelCloseOk(ChannelCloseOk()))
        try connection.send(ClientBytes.openChannel(1))
        #expect(try methods(connection) == [.channelOpenOk(ChannelOpenOk())])
    }

    @Test func `an error of the connection waits for close-ok, but not for ever`() throws {
        let connection = try EmbeddedConnection.open(broker: broker, heartbeat: 5)
        try connection.send(ClientBytes.openChannel(1))
        guard case .connectionClose(let close) = try methods(connection).last else {
            Issue.record("connection.close was expected")
            return
        }
        #expect(close.replyCode == 504)
        #expect(close.replyText == "CHANNEL_ERROR - second 'channel.open' seen")
        connection.advance(.seconds(4))
        #expect(connection.isOpen)
        connection.advance(.seconds(1))
        #expect(!connection.isOpen)
    }

    @Test func `nothing follows connection.close-ok when both sides close at once`() throws {
        let connection = try EmbeddedConnection.open(broker: broker, heartbeat: 10)
        try connection.send(ClientBytes.openChannel(1) + ClientBytes.connectionClose)
        #expect(try methods(connection).last == .connectionCloseOk(ConnectionCloseOk()))
        connection.advance(.seconds(9))
        #expect(try connection.received().isEmpty)
        connection.advance(.seconds(2))
        #expect(!connection.isOpen)
    }

    @Test func `what came before an error has happened`() throws {
        let connection = try EmbeddedConnection.open(broker: broker)
        let other = try EmbeddedConnection.open(broker: broker)
        try other.send(.queueDeclare(QueueDeclare(queue: "kept")))
        let publish = ClientBytes.publish(channel: 1, key: "kept", body: [1])
        try connection.send(publish + publish + ClientBytes.frame(1, channel: 1, [], end: 0))
        _ = try other.received()
        try other.send(.queueDeclare(QueueDeclare(queue: "kept", passive: true)))
        #expect(
            try methods(other)
                == [.queueDeclareOk(QueueDeclareOk(queue: "kept", messageCount: 2, consumerCount: 0))]
        )
    }

    @Test func `a message over the limit closes its channel with 406`() throws {
        let broker = try Broker(BrokerConfiguration(maximumMessageSize: 100))
        let connection = try EmbeddedConnection.open(broker: broker)
        let large = ClientBytes.publish(channel: 1, key: "q", body: Array(repeating: 1, count: 101), frameMax: 4096)
        try connection.send(Array(large.prefix(60)))
        try connection.send(Array(large.dropFirst(60)))
        guard case .channelClose(let close) = try methods(connection).last else {
            Issue.record("channel.close was expected")
            return
        }
        #expect(close.replyCode == 406)
        try connection.send(.channelCloseOk(ChannelCloseOk()))
        try connection.send(ClientBytes.openChannel(1))
        #expect(try methods(connection) == [.channelOpenOk(ChannelOpenOk())])
    }

    @Test func `an operator's close is told with the reason`() throws {
        let connection = try EmbeddedConnection.open(broker: broker)
        let id = try #require(connection.context.registry.connections.first?.id)
        connection.context.registry.close(id, reason: "maintenance")
        guard case .connectionClose(let close) = try methods(connection).last else {
            Issue.record("connection.close was expected")
            return
        }
        #expect(close.replyCode == 320)
        #expect(close.replyText == "CONNECTION_FORCED - maintenance")
    }

    @Test func `more channels than negotiated close the connection with 530`() throws {
        let connection = try EmbeddedConnection(broker: broker)
        try connection.send(
            ClientBytes.header + ClientBytes.startOk() + ClientBytes.tuneOk(channelMax: 2) + ClientBytes.open()
                + ClientBytes.openChannel(1) + ClientBytes.openChannel(2) + ClientBytes.openChannel(3)
        )
        guard case .connectionClose(let close) = try methods(connection).last else {
            Issue.record("connection.close was expected")
            return
        }
        #expect(close.replyCode == 530)
    }

    @Test func `a secret may be updated`() throws {
        let connection = try EmbeddedConnection.open(broker: broker)
        try connection.send(
            .connectionUpdateSecret(ConnectionUpdateSecret(newSecret: [1], reason: "rotation")),
            channel: 0
        )
        #expect(try methods(connection) == [.connectionUpdateSecretOk(ConnectionUpdateSecretOk())])
    }
}
