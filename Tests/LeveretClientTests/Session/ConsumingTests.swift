import LeveretModel
import LeveretWire
import Testing

@testable import LeveretClient

struct ConsumingTests {
    private func consume(
        _ options: ConsumeOptions = ConsumeOptions()
    ) throws -> (SessionScript, ClientChannelState, String, ConsumerDeliveries) {
        var (script, channel) = try SessionScript.openChannel()
        let deliveries = ConsumerDeliveries(window: nil)
        let tag = try script.session.consume("q", options, on: channel, deliveries, PendingResult())
        try script.receive(.basicQosOk(.init()), channel: 1)
        try script.receive(.basicConsumeOk(.init(consumerTag: tag)), channel: 1)
        script.session.actions = []
        return (script, channel, tag, deliveries)
    }

    @Test func `the prefetch window is set before the consumer is registered`() throws {
        var (script, _, tag, _) = try consume(ConsumeOptions(prefetch: 7, exclusive: true, arguments: ["x": 1]))
        #expect(
            try script.sent() == [
                .method(1, .basicQos(.init(prefetchSize: 0, prefetchCount: 7))),
                .method(
                    1,
                    .basicConsume(
                        .init(queue: "q", consumerTag: tag, exclusive: true, arguments: ["x": 1])
                    )
                ),
            ]
        )
    }

    @Test func `deliveries of one read are handed on together`() throws {
        var (script, _, tag, deliveries) = try consume()
        var bytes = BrokerBytes()
        for number in 1...3 {
            try bytes.addDelivery("body \(number)", consumerTag: tag, deliveryTag: UInt64(number))
        }
        try script.receive(bytes.buffer)
        let actions = script.actions()
        guard actions.count == 1, case .deliver(let consumer, let batch, _) = actions[0] else {
            Issue.record("\(actions)")
            return
        }
        #expect(consumer === deliveries)
        #expect(batch.map(\.body.string) == ["body 1", "body 2", "body 3"])
        #expect(batch.map(\.deliveryTag) == [1, 2, 3])
        #expect(batch.allSatisfy { $0.exchange == "e" && $0.routingKey == "k" && $0.properties == .persistent })
    }

    @Test func `the broker ends a consumer after what it has delivered`() throws {
        var (script, _, tag, deliveries) = try consume()
        _ = try script.sent()
        var bytes = BrokerBytes()
        try bytes.addDelivery("last", consumerTag: tag, deliveryTag: 1)
        try bytes.add(.basicCancel(.init(consumerTag: tag, noWait: false)), channel: 1)
        try script.receive(bytes.buffer)
        #expect(try script.sent() == [.method(1, .basicCancelOk(.init(consumerTag: tag)))])
        let actions = script.actions()
        guard actions.count == 3, case .deliver = actions[0], case .end(let ended, nil) = actions[1] else {
            Issue.record("\(actions)")
            return
        }
        #expect(ended === deliveries)
    }

    @Test func `what comes for a consumer that is leaving goes back`() throws {
        var (script, channel, tag, _) = try consume()
        _ = try script.sent()
        var bytes = BrokerBytes()
        try bytes.addDelivery("untaken", consumerTag: tag, deliveryTag: 1)
        try script.receive(bytes.buffer)
        guard case .deliver(_, let untaken, _)? = script.actions().first else {
            Issue.record("nothing was delivered")
            return
        }
        let answer = PendingResult<Answer>()
        try script.session.cancel(tag, untaken: untaken, noAcknowledge: false, on: channel, answer)
        var late = BrokerBytes()
        try late.addDelivery("late", consumerTag: tag, deliveryTag: 2)
        try late.add(.basicCancelOk(.init(consumerTag: tag)), channel: 1)
        try script.receive(late.buffer)
        #expect(
            try script.sent() == [
                .method(1, .basicCancel(.init(consumerTag: tag))),
                .method(1, .basicNack(.init(deliveryTag: 1, requeue: true))),
                .method(1, .basicNack(.init(deliveryTag: 2, requeue: true))),
            ]
        )
        #expect(script.actions().contains { $0.answer(to: answer) != nil })
        #expect(channel.consumers.isEmpty)
    }

    @Test func `answers to later methods may overtake those about consumers`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let (consuming, declaring, leaving) = (
            PendingResult<Answer>(), PendingResult<Answer>(), PendingResult<Answer>()
        )
        let deliveries = ConsumerDeliveries(window: nil)
        let tag = try script.session.consume("q", ConsumeOptions(), on: channel, deliveries, consuming)
        try script.session.call(.queueDeclare(.init(queue: "q")), on: channel, answeredBy: QueueDeclareOk.id, declaring)
        try script.session.cancel(tag, untaken: [], noAcknowledge: false, on: channel, leaving)
        try script.receive(.basicQosOk(.init()), channel: 1)
        try script.receive(.queueDeclareOk(.init(queue: "q", messageCount: 0, consumerCount: 0)), channel: 1)
        try script.receive(.basicConsumeOk(.init(consumerTag: tag)), channel: 1)
        try script.receive(.basicCancelOk(.init(consumerTag: tag)), channel: 1)
        let actions = script.actions()
        for pending in [consuming, declaring, leaving] {
            #expect(actions.contains { $0.answer(to: pending) != nil })
        }
        #expect(!script.session.isFinished)
    }

    @Test func `nothing goes back from a consumer without acknowledgement`() throws {
        var (script, channel, tag, _) = try consume(ConsumeOptions(noAcknowledge: true))
        _ = try script.sent()
        var bytes = BrokerBytes()
        try bytes.addDelivery("untaken", consumerTag: tag, deliveryTag: 1)
        try script.receive(bytes.buffer)
        guard case .deliver(_, let untaken, _)? = script.actions().first else {
            Issue.record("nothing was delivered")
            return
        }
        try script.session.cancel(tag, untaken: untaken, noAcknowledge: true, on: channel, PendingResult())
        try script.receive(bytes.buffer)
        #expect(try script.sent() == [.method(1, .basicCancel(.init(consumerTag: tag)))])
    }

    @Test func `a get is answered by a message or by none`() throws {
        var (script, channel) = try SessionScript.openChannel()
        let (first, second) = (PendingResult<Answer>(), PendingResult<Answer>())
        for answer in [first, second] {
            try script.session.call(.basicGet(.init(queue: "q")), on: channel, answeredBy: BasicGetOk.id, answer)
        }
        var bytes = BrokerBytes()
        try bytes.addGetOk("hello", deliveryTag: 9)
        try bytes.add(.basicGetEmpty(.init()), channel: 1)
        try script.receive(bytes.buffer)
        let actions = script.actions()
        guard actions.count == 2, case .hand(let delivery, let expectation, _) = actions[0],
            case .success(.delivery(nil))? = actions[1].answer(to: second)
        else {
            Issue.record("\(actions)")
            return
        }
        #expect(expectation.answer === first)
        #expect(delivery.deliveryTag == 9)
        #expect(delivery.isRedelivered)
        #expect(delivery.remainingCount == 5)
        #expect(delivery.body.string == "hello")
    }

    @Test func `bodies stay readable when the next bytes are read`() throws {
        var (script, _, tag, _) = try consume()
        var held: [Delivery] = []
        for number in 1...50 {
            var bytes = BrokerBytes()
            try bytes.addDelivery("body \(number)", consumerTag: tag, deliveryTag: UInt64(number), frameMax: 10)
            try bytes.addDelivery("whole \(number)", consumerTag: tag, deliveryTag: UInt64(number))
            try script.receive(bytes.buffer)
            for case .deliver(_, let batch, _) in script.actions() { held += batch }
        }
        #expect(held.map(\.body.string) == (1...50).flatMap { ["body \($0)", "whole \($0)"] })
    }
}
