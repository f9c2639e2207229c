import LeveretModel
import LeveretWire
import Testing

@testable import LeveretClient

struct PublishingTests {
    @Test func `confirms are asked for with the first publishing and not again`() throws {
        var (script, channel) = try SessionScript.openChannel()
        _ = try script.publish("one", on: channel)
        _ = try script.publish("", on: channel)
        #expect(
            try script.sent() == [
                .method(1, .confirmSelect(.init(noWait: true))),
                .method(1, .basicPublish(.init(exchange: "", routingKey: "q"))),
                .header(1), .body(1, Array("one".utf8)),
                .method(1, .basicPublish(.init(exchange: "", routingKey: "q"))),
                .header(1),
            ]
        )
    }

    @Test func `long bodies are split by the negotiated frame size`() throws {
        var configuration = ConnectionConfiguration()
        configuration.frameMax = 4096
        var (script, channel) = try SessionScript.openChannel(configuration)
        _ = try script.publish(String(repeating: "x", count: 5000), on: channel)
        let sizes = try script.sent().compactMap { frame -> Int? in
            if case .body(1, let bytes) = frame { bytes.count } else { nil }
        }
        #expect(sizes == [4088, 912])
    }

    @Test func `a confirm of several answers all up to it`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let confirmations = try script.publish(["x", "x", "x", "x"].map { ($0, "q", false) }, on: channel)
        try script.receive(.basicAck(.init(deliveryTag: 3, multiple: true)), channel: 1)
        try script.receive(.basicNack(.init(deliveryTag: 4)), channel: 1)
        let actions = script.actions()
        #expect(actions.count == 4)
        for (action, confirmation) in zip(actions, confirmations) { #expect(action.confirm(of: confirmation) != nil) }
        #expect(actions[..<3].allSatisfy { $0.failure == nil })
        #expect(actions[3].failure as? PublishError == .refused)
    }

    @Test func `a returned message is the earliest unanswered mandatory one with its address and body`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let publishings: [(body: String, key: String, isMandatory: Bool)] = [
            ("x", "nowhere", false), ("x", "nowhere", true), ("y", "nowhere", true), ("x", "elsewhere", true),
            ("x", "nowhere", true), ("x", "nowhere", true),
        ]
        let confirmations = try script.publish(publishings, on: channel)
        // The second has been answered, so the return is for the fifth, and the next one for the sixth.
        try script.receive(.basicAck(.init(deliveryTag: 2)), channel: 1)
        var bytes = BrokerBytes()
        try bytes.addReturn("x", routingKey: "nowhere")
        try bytes.addReturn("y", routingKey: "nowhere")
        try bytes.addReturn("x", routingKey: "nowhere")
        try bytes.add(.basicAck(.init(deliveryTag: 6, multiple: true)), channel: 1)
        try script.receive(bytes.buffer)
        let actions = script.actions()
        let failed = confirmations.indices.filter { index in
            actions.contains { $0.confirm(of: confirmations[index]) != nil && $0.failure is PublishError }
        }
        #expect(failed == [2, 4, 5])
        #expect(actions.count == 6)
    }

    @Test func `a return that fits nothing is only noted`() throws {
        var (script, channel) = try SessionScript.openChannel()
        _ = try script.publish("x", mandatory: false, on: channel)
        var bytes = BrokerBytes()
        try bytes.addReturn("x", routingKey: "q")
        try script.receive(bytes.buffer)
        guard case .notice(.strayReturn)? = script.actions().first else {
            Issue.record("the return was not noted")
            return
        }
    }

    @Test func `publishers wait for confirms when the limit is reached`() throws {
        var configuration = ConnectionConfiguration()
        configuration.unconfirmedLimit = 4
        var (script, channel) = try SessionScript.openChannel(configuration)
        for _ in 1...4 { #expect(try script.publish("x", on: channel).confirmation != nil) }
        let turn = try #require(try script.publish("x", on: channel).turn)
        try script.receive(.basicAck(.init(deliveryTag: 1)), channel: 1)
        #expect(script.actions().contains { $0.proceeds(turn) })
        #expect(try script.publish("x", on: channel).confirmation != nil)
    }

    @Test func `publishers wait while the broker blocks them`() throws {
        var (script, channel) = try SessionScript.openChannel()
        try script.receive(.connectionBlocked(.init(reason: "low on memory")))
        let turn = try #require(try script.publish("x", on: channel).turn)
        _ = try script.sent()
        #expect(!script.actions().contains { $0.proceeds(turn) })
        try script.receive(.connectionUnblocked(.init()))
        #expect(script.actions().contains { $0.proceeds(turn) })
        #expect(try script.publish("x", on: channel).confirmation != nil)
    }

    @Test func `publishers wait while the socket takes no more`() throws {
        var (script, channel) = try SessionScript.openChannel()
        script.session.setWritable(false)
        let turn = try #require(try script.publish("x", on: channel).turn)
        script.session.setWritable(true)
        #expect(script.actions().contains { $0.proceeds(turn) })
    }

    @Test func `publishers wait while much is to be sent`() throws {
        var (script, channel) = try SessionScript.openChannel()
        _ = try script.publish(String(repeating: "x", count: ClientSession.outputLimit), on: channel)
        let turn = try #require(try script.publish("x", on: channel).turn)
        _ = script.session.takeOutput()
        #expect(script.actions().contains { $0.proceeds(turn) })
    }

    @Test func `publishers wait while the broker has stopped the flow`() throws {
        var (script, channel) = try SessionScript.openChannel()
        try script.receive(.channelFlow(.init(active: false)), channel: 1)
        #expect(try script.sent() == [.method(1, .channelFlowOk(.init(active: false)))])
        let turn = try #require(try script.publish("x", on: channel).turn)
        try script.receive(.channelFlow(.init(active: true)), channel: 1)
        #expect(script.actions().contains { $0.proceeds(turn) })
    }

    @Test func `publishers that wait fail with their channel`() throws {
        var (script, channel) = try SessionScript.openChannel()
        script.session.setWritable(false)
        _ = try #require(try script.publish("x", on: channel).turn)
        try script.receive(BrokerBytes.channelClose, channel: 1)
        #expect(script.actions().contains { ($0.failure as? AMQPError)?.code == .notFound })
    }
}
