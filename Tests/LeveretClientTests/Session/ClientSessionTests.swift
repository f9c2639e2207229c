import LeveretModel
import LeveretWire
import NIOCore
import Testing

@testable import LeveretClient

struct ClientSessionTests {
    @Test func `methods of a channel are answered in their order`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let (first, second) = (PendingResult<Answer>(), PendingResult<Answer>())
        try script.session.call(
            .queueDeclare(.init(queue: "a")),
            on: channel,
            answeredBy: QueueDeclareOk.id,
            first
        )
        try script.session.call(
            .queueDeclare(.init(queue: "b")),
            on: channel,
            answeredBy: QueueDeclareOk.id,
            second
        )
        #expect(
            try script.sent() == [
                .method(1, .queueDeclare(.init(queue: "a"))), .method(1, .queueDeclare(.init(queue: "b"))),
            ]
        )
        for name in ["a", "b"] {
            try script.receive(
                .queueDeclareOk(.init(queue: name, messageCount: 0, consumerCount: 0)),
                channel: 1
            )
        }
        let actions = script.actions()
        #expect(actions.count == 2)
        for (action, (pending, name)) in zip(actions, [(first, "a"), (second, "b")]) {
            guard case .success(.method(.queueDeclareOk(let answer)))? = action.answer(to: pending) else {
                Issue.record("\(action)")
                continue
            }
            #expect(answer.queue == name)
        }
    }

    @Test func `an answer that nothing asked for ends the connection`() throws {
        var (script, _) = try SessionScript.openChannel()
        try script.receive(.queueBindOk(.init()), channel: 1)
        guard case .method(0, .connectionClose(let close))? = try script.sent().first else {
            Issue.record("the connection is not closed")
            return
        }
        #expect(close.replyCode == ReplyCode.commandInvalid.rawValue)
        #expect(throws: ConnectionError.self) { try script.session.openChannel(PendingResult()) }
        try script.receive(BrokerBytes.closeOk)
        #expect(script.session.isFinished)
    }

    @Test func `a frame for a channel that is not open ends the connection`() throws {
        var script = try SessionScript.open()
        try script.receive(.basicAck(.init(deliveryTag: 1)), channel: 7)
        guard case .method(0, .connectionClose(let close))? = try script.sent().first else {
            Issue.record("the connection is not closed")
            return
        }
        #expect(close.replyCode == ReplyCode.channelError.rawValue)
    }

    @Test func `a channel that the broker closes fails what waits, and its number is free again`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let pending = PendingResult<Answer>()
        try script.session.call(.queueDeclare(.init(queue: "q")), on: channel, answeredBy: QueueDeclareOk.id, pending)
        let confirmation = try #require(try script.publish("x", on: channel).confirmation)
        _ = try script.sent()
        try script.receive(BrokerBytes.channelClose, channel: 1)
        #expect(try script.sent() == [.method(1, .channelCloseOk(.init()))])
        let actions = script.actions()
        #expect(actions.contains { $0.answer(to: pending) != nil })
        #expect(actions.contains { $0.confirm(of: confirmation) != nil })
        for action in actions {
            let error = action.failure as? AMQPError
            #expect(error?.code == .notFound)
            #expect(error?.scope == .channel)
            #expect(error?.method == .queueDeclare)
        }
        #expect(throws: AMQPError.self) { try script.publish("x", on: channel) }
        #expect(try script.session.openChannel(PendingResult()).number == 1)
    }

    @Test func `a channel that is being closed takes no notice of what still comes`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let closed = PendingResult<Answer>()
        try script.session.close(channel, closed)
        guard case .method(1, .channelClose)? = try script.sent().first else {
            Issue.record("the channel is not closed")
            return
        }
        var bytes = BrokerBytes()
        try bytes.addDelivery("late", consumerTag: "t", deliveryTag: 1)
        try bytes.add(.basicAck(.init(deliveryTag: 1)), channel: 1)
        try bytes.add(BrokerBytes.channelClose, channel: 1)
        try script.receive(bytes.buffer)
        #expect(try script.sent() == [.method(1, .channelCloseOk(.init()))])
        #expect(script.actions().isEmpty)
        #expect(try script.session.openChannel(PendingResult()).number == 2)
        try script.receive(BrokerBytes.channelCloseOk, channel: 1)
        #expect(script.actions().contains { $0.answer(to: closed) != nil })
        #expect(try script.session.openChannel(PendingResult()).number == 1)
    }

    @Test func `channels are opened up to the limit`() throws {
        var configuration = ConnectionConfiguration()
        configuration.channelMax = 3
        var script = try SessionScript.open(configuration)
        for number in 1...3 { #expect(try script.session.openChannel(PendingResult()).number == UInt16(number)) }
        let error = #expect(throws: ConnectionError.self) { try script.session.openChannel(PendingResult()) }
        #expect(error?.code == .channelLimit)
    }

    @Test func `a connection that the broker closes fails everything with the broker's error`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let confirmation = try #require(try script.publish("x", on: channel).confirmation)
        _ = try script.sent()
        try script.receive(BrokerBytes.close)
        #expect(try script.sent() == [.method(0, .connectionCloseOk(.init()))])
        #expect(script.session.isFinished)
        let failure = script.actions().first { $0.confirm(of: confirmation) != nil }?.failure as? AMQPError
        #expect(failure?.code == .connectionForced)
        #expect(failure?.scope == .connection)
        #expect(script.session.endError?.code == .closedByBroker)
    }

    @Test func `both sides may close the connection at once`() throws {
        var script = try SessionScript.open()
        script.session.close()
        try script.receive(BrokerBytes.close)
        #expect(
            try script.sent() == [
                .method(0, .connectionClose(.init(replyCode: 200, replyText: "", classID: 0, methodID: 0))),
                .method(0, .connectionCloseOk(.init())),
            ]
        )
        #expect(script.session.isFinished)
        #expect(script.session.endError?.code == .closed)
    }

    @Test func `a lost socket fails everything`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let pending = PendingResult<Answer>()
        try script.session.call(.queueDeclare(.init(queue: "q")), on: channel, answeredBy: QueueDeclareOk.id, pending)
        script.session.lose("the cable was cut")
        let failure = script.actions().first { $0.answer(to: pending) != nil }?.failure as? ChannelClosedError
        #expect(failure?.reason.contains("the cable was cut") == true)
        #expect(script.session.endError?.code == .lost)
    }

    @Test func `values that cannot be encoded are refused and nothing is sent`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let long = String(repeating: "x", count: 256)
        let pending = PendingResult<Answer>()
        #expect(throws: AMQPError.self) {
            try script.session.call(
                .queueDeclare(.init(queue: long)),
                on: channel,
                answeredBy: QueueDeclareOk.id,
                pending
            )
        }
        #expect(throws: AMQPError.self) { try script.publish("x", routingKey: long, on: channel) }
        #expect(throws: AMQPError.self) {
            try script.session.consume(
                QueueName(long),
                ConsumeOptions(),
                on: channel,
                ConsumerDeliveries(window: nil),
                pending
            )
        }
        #expect(try script.sent().isEmpty)
    }

    @Test func `the bytes may come in any pieces`() throws {
        var bytes = BrokerBytes()
        try bytes.add(BrokerBytes.start)
        try bytes.add(BrokerBytes.tune())
        try bytes.add(BrokerBytes.openOk)
        try bytes.add(BrokerBytes.channelOpenOk, channel: 1)
        try bytes.add(.basicQosOk(.init()), channel: 1)
        try bytes.add(.basicConsumeOk(.init(consumerTag: "ctag-1.1")), channel: 1)
        for number in 1...3 {
            try bytes.addDelivery(
                "body \(number)",
                consumerTag: "ctag-1.1",
                deliveryTag: UInt64(number),
                frameMax: number == 2 ? 11 : 131_072
            )
        }
        for size in 1...bytes.buffer.readableBytes {
            #expect(try bodies(of: bytes.buffer, inPiecesOf: size) == ["body 1", "body 2", "body 3"])
        }
    }

    private func bodies(of bytes: ByteBuffer, inPiecesOf size: Int) throws -> [String] {
        var script = SessionScript()
        var received = ReceiveBuffer()
        var channel: ClientChannelState?
        var rest = bytes
        var bodies: [String] = []
        while rest.readableBytes > 0 {
            let piece = rest.readSlice(length: min(size, rest.readableBytes)) ?? ByteBuffer()
            if channel == nil, case .handshaking = script.session.phase {
                // The program's side of the script, which may run ahead of the broker's.
                let opened = ClientChannelState(number: 1)
                opened.settlement = NoSettlement()
                opened.expectations.append(.init(method: ChannelOpenOk.id, answer: PendingResult()))
                script.session.channels = [nil, opened]
                _ = try script.session.consume(
                    "q",
                    ConsumeOptions(),
                    on: opened,
                    ConsumerDeliveries(window: nil),
                    PendingResult()
                )
                channel = opened
            }
            let joined = received.join(piece)
            received.keep(joined, used: script.session.receive(joined))
            for case .deliver(_, let deliveries, _) in script.actions() { bodies += deliveries.map(\.body.string) }
        }
        #expect(!script.session.isFinished)
        return bodies
    }
}
