import LeveretModel
import LeveretTestSupport
import LeveretWire
import Testing

struct MethodViewTests {
    private func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(arguments: 0..<200)
    func `a publish is read in place as it is read by the generated code`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let publish = BasicPublish(
            exchange: generator.name(),
            routingKey: generator.name(),
            mandatory: generator.bit(),
            immediate: generator.bit()
        )
        let payload = try Frame.method(.basicPublish(publish)).payload
        try payload.withUnsafeBytes { payload in
            let view = try BasicPublishView(payload: payload)
            #expect(text(view.exchange) == publish.exchange)
            #expect(text(view.routingKey) == publish.routingKey)
            #expect(view.mandatory == publish.mandatory)
            #expect(view.immediate == publish.immediate)
            #expect(view.exchangeAndRoutingKey.elementsEqual(payload[6..<payload.count - 1]))
        }
    }

    @Test(arguments: 0..<200)
    func `a delivery is read in place as it is read by the generated code`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let deliver = BasicDeliver(
            consumerTag: generator.name(),
            deliveryTag: generator.longlong(),
            redelivered: generator.bit(),
            exchange: generator.name(),
            routingKey: generator.name()
        )
        let payload = try Frame.method(.basicDeliver(deliver)).payload
        try payload.withUnsafeBytes { payload in
            let view = try BasicDeliverView(payload: payload)
            #expect(text(view.consumerTag) == deliver.consumerTag)
            #expect(view.deliveryTag == deliver.deliveryTag)
            #expect(view.redelivered == deliver.redelivered)
            #expect(text(view.exchange) == deliver.exchange)
            #expect(text(view.routingKey) == deliver.routingKey)
        }
    }

    @Test func `settlements are read in place`() throws {
        for bits in 0..<4 {
            let (first, second) = (bits & 1 != 0, bits & 2 != 0)
            let ack = try settlement(.basicAck(BasicAck(deliveryTag: 7, multiple: first)))
            #expect(ack?.kind == .acknowledge)
            #expect(ack?.multiple == first)
            #expect(ack?.requeue == false)
            let nack = try settlement(.basicNack(BasicNack(deliveryTag: .max, multiple: first, requeue: second)))
            #expect(nack?.kind == .nack)
            #expect(nack?.deliveryTag == .max)
            #expect(nack?.multiple == first)
            #expect(nack?.requeue == second)
            let reject = try settlement(.basicReject(BasicReject(deliveryTag: 9, requeue: first)))
            #expect(reject?.kind == .reject)
            #expect(reject?.multiple == false)
            #expect(reject?.requeue == first)
        }
        #expect(try settlement(.basicGet(BasicGet(queue: "q"))) == nil)
        #expect(try settlement(.txCommit(TxCommit())) == nil)
    }

    private func settlement(_ method: Method) throws -> SettlementView? {
        try Frame.method(method).payload.withUnsafeBytes { try SettlementView(payload: $0) }
    }

    @Test func `views and generated code refuse the same bytes for the same reason`() throws {
        var generator = SeededGenerator(seed: 5)
        var refused = 0
        for _ in 0..<4000 {
            let method = generator.pick(Self.hot)
            let payload = generator.mutated(try Frame.method(method).payload)
            guard payload.count >= 4, payload[0..<4].elementsEqual(try Frame.method(method).payload[0..<4]) else {
                continue
            }
            let expected = code { _ = try Method.decoded(payload) }
            let actual = payload.withUnsafeBytes { payload in
                code {
                    switch method {
                    case .basicPublish: _ = try BasicPublishView(payload: payload)
                    case .basicDeliver: _ = try BasicDeliverView(payload: payload)
                    default: _ = try SettlementView(payload: payload)
                    }
                }
            }
            if expected != nil { refused += 1 }
            // Where a payload is wrong in two ways, the order in which they are noticed may differ.
            #expect((expected == nil) == (actual == nil), "\(payload)")
        }
        #expect(refused > 500)
    }

    private static let hot: [Method] = [
        .basicPublish(BasicPublish(exchange: "exchange", routingKey: "routing.key")),
        .basicDeliver(
            BasicDeliver(consumerTag: "consumer", deliveryTag: 1, exchange: "exchange", routingKey: "routing.key")
        ),
        .basicAck(BasicAck(deliveryTag: 1)),
        .basicNack(BasicNack(deliveryTag: 1)),
        .basicReject(BasicReject(deliveryTag: 1)),
    ]
}
