import LeveretModel
import LeveretWire
import Testing

/// The frames here were written by another implementation.
struct MethodGoldenTests {
    private static let connection: [(Method, String)] = [
        (
            .connectionStart(
                ConnectionStart(
                    versionMajor: 0,
                    versionMinor: 9,
                    serverProperties: ["product": "x"],
                    mechanisms: "PLAIN AMQPLAIN",
                    locales: "en_US"
                )
            ),
            """
            01000000000033 000a000a 00 09 0000000e 0770726f64756374 53 00000001 78 0000000e 504c41494e20414d51504c41494e
            00000005 656e5f5553 ce
            """
        ),
        (
            .connectionStartOk(
                ConnectionStartOk(
                    clientProperties: [:],
                    mechanism: "PLAIN",
                    response: Array("\0guest\0guest".utf8),
                    locale: "en_US"
                )
            ),
            "01000000000024 000a000b 00000000 05504c41494e 0000000c 006775657374006775657374 05656e5f5553 ce"
        ),
        (
            .connectionSecure(ConnectionSecure(challenge: Array("who".utf8))),
            "0100000000000b 000a0014 00000003 77686f ce"
        ),
        (
            .connectionTune(ConnectionTune(channelMax: 2047, frameMax: 131_072, heartbeat: 60)),
            "0100000000000c 000a001e 07ff 00020000 003c ce"
        ),
        (.connectionOpen(ConnectionOpen(virtualHost: "/")), "01000000000008 000a0028 012f 00 00 ce"),
        (.connectionOpenOk(ConnectionOpenOk()), "01000000000005 000a0029 00 ce"),
        (
            .connectionClose(
                ConnectionClose(replyCode: 320, replyText: "CONNECTION_FORCED - bye", classID: 0, methodID: 0)
            ),
            "01000000000022 000a0032 0140 17434f4e4e454354494f4e5f464f52434544202d20627965 0000 0000 ce"
        ),
        (.connectionCloseOk(ConnectionCloseOk()), "01000000000004 000a0033 ce"),
        (
            .connectionBlocked(ConnectionBlocked(reason: "low on memory")),
            "01000000000012 000a003c 0d6c6f77206f6e206d656d6f7279 ce"
        ),
        (
            .connectionUpdateSecret(ConnectionUpdateSecret(newSecret: Array("token".utf8), reason: "renewal")),
            "01000000000015 000a0046 00000005 746f6b656e 0772656e6577616c ce"
        ),
    ]

    private static let definitions: [(Method, String)] = [
        (.channelFlow(ChannelFlow(active: true)), "01000100000005 00140014 01 ce"),
        (
            .channelClose(
                ChannelClose(replyCode: 404, replyText: "NOT_FOUND - no queue 'q'", classID: 50, methodID: 10)
            ),
            "01000100000023 00140028 0194 184e4f545f464f554e44202d206e6f20717565756520277127 0032 000a ce"
        ),
        (
            .exchangeDeclare(ExchangeDeclare(exchange: "logs", type: "topic", durable: true, internal: true)),
            "01000100000016 0028000a 0000 046c6f6773 05746f706963 0a 00000000 ce"
        ),
        (
            .exchangeDelete(ExchangeDelete(exchange: "logs", ifUnused: true, noWait: true)),
            "0100010000000c 00280014 0000 046c6f6773 03 ce"
        ),
        (
            .exchangeBind(ExchangeBind(destination: "to", source: "from", routingKey: "k.#", noWait: true)),
            "01000100000017 0028001e 0000 02746f 0466726f6d 036b2e23 01 00000000 ce"
        ),
        (.exchangeUnbindOk(ExchangeUnbindOk()), "01000100000004 00280033 ce"),
        (
            .queueDeclare(
                QueueDeclare(
                    queue: "orders",
                    durable: true,
                    autoDelete: true,
                    arguments: ["x-max-length": .int32(100_000)]
                )
            ),
            """
            01000100000024 0032000a 0000 066f7264657273 0a 00000012 0c782d6d61782d6c656e677468 49 000186a0 ce
            """
        ),
        (
            .queueDeclareOk(QueueDeclareOk(queue: "orders", messageCount: 7, consumerCount: 2)),
            "01000100000013 0032000b 066f7264657273 00000007 00000002 ce"
        ),
        (
            .queueBind(QueueBind(queue: "orders", exchange: "logs", routingKey: "a.*", noWait: true)),
            "0100010000001b 00320014 0000 066f7264657273 046c6f6773 03612e2a 01 00000000 ce"
        ),
        (
            .queueUnbind(QueueUnbind(queue: "orders", exchange: "logs", routingKey: "a.*")),
            "0100010000001a 00320032 0000 066f7264657273 046c6f6773 03612e2a 00000000 ce"
        ),
        (.queuePurge(QueuePurge(queue: "orders")), "0100010000000e 0032001e 0000 066f7264657273 00 ce"),
        (
            .queueDelete(QueueDelete(queue: "orders", ifEmpty: true)),
            "0100010000000e 00320028 0000 066f7264657273 02 ce"
        ),
        (.queueDeleteOk(QueueDeleteOk(messageCount: 9)), "01000100000008 00320029 00000009 ce"),
    ]

    private static let messages: [(Method, String)] = [
        (
            .basicQos(BasicQos(prefetchSize: 0, prefetchCount: 10, global: true)),
            "0100010000000b 003c000a 00000000 000a 01 ce"
        ),
        (
            .basicConsume(BasicConsume(queue: "orders", consumerTag: "ctag", noAck: true, noWait: true)),
            "01000100000017 003c0014 0000 066f7264657273 0463746167 0a 00000000 ce"
        ),
        (.basicConsumeOk(BasicConsumeOk(consumerTag: "ctag")), "01000100000009 003c0015 0463746167 ce"),
        (.basicCancel(BasicCancel(consumerTag: "ctag", noWait: true)), "0100010000000a 003c001e 0463746167 01 ce"),
        (
            .basicPublish(BasicPublish(exchange: "logs", routingKey: "a.b", mandatory: true)),
            "01000100000010 003c0028 0000 046c6f6773 03612e62 01 ce"
        ),
        (
            .basicReturn(BasicReturn(replyCode: 312, replyText: "NO_ROUTE", exchange: "logs", routingKey: "a.b")),
            "01000100000018 003c0032 0138 084e4f5f524f555445 046c6f6773 03612e62 ce"
        ),
        (
            .basicDeliver(
                BasicDeliver(
                    consumerTag: "ctag",
                    deliveryTag: 258,
                    redelivered: true,
                    exchange: "logs",
                    routingKey: "a.b"
                )
            ),
            "0100010000001b 003c003c 0463746167 0000000000000102 01 046c6f6773 03612e62 ce"
        ),
        (.basicGet(BasicGet(queue: "orders", noAck: true)), "0100010000000e 003c0046 0000 066f7264657273 01 ce"),
        (
            .basicGetOk(BasicGetOk(deliveryTag: 1, exchange: "", routingKey: "orders", messageCount: 3)),
            "01000100000019 003c0047 0000000000000001 00 00 066f7264657273 00000003 ce"
        ),
        (.basicGetEmpty(BasicGetEmpty()), "01000100000005 003c0048 00 ce"),
        (
            .basicAck(BasicAck(deliveryTag: 1 << 40, multiple: true)),
            "0100010000000d 003c0050 0000010000000000 01 ce"
        ),
        (.basicNack(BasicNack(deliveryTag: 5, requeue: true)), "0100010000000d 003c0078 0000000000000005 02 ce"),
        (.basicReject(BasicReject(deliveryTag: 5, requeue: true)), "0100010000000d 003c005a 0000000000000005 01 ce"),
        (.basicRecover(BasicRecover(requeue: true)), "01000100000005 003c006e 01 ce"),
        (.basicRecoverAsync(BasicRecoverAsync(requeue: true)), "01000100000005 003c0064 01 ce"),
        (.confirmSelect(ConfirmSelect(noWait: true)), "01000100000005 0055000a 01 ce"),
        (.txCommit(TxCommit()), "01000100000004 005a0014 ce"),
    ]

    @Test(arguments: connection + definitions + messages)
    func `a frame has the bytes that other implementations write`(method: Method, hex: String) throws {
        let expected = try bytes(hex: hex)
        let channel = UInt16(expected[1]) << 8 | UInt16(expected[2])
        #expect(try method.frame(channel: channel) == expected)
        let frame = try #require(try FrameDecoder.unlimited.frames(in: expected).first)
        #expect(frame.channel == channel)
        #expect(try Method.decoded(frame.payload) == method)
    }

    @Test func `reserved fields may hold anything when read`() throws {
        #expect(try Method.decoded(bytes(hex: "0014000a 0130")) == .channelOpen(ChannelOpen()))
        #expect(try Method.decoded(bytes(hex: "0014000b 00000001 30")) == .channelOpenOk(ChannelOpenOk()))
        #expect(
            try Method.decoded(bytes(hex: "000a0028 012f 036f6c64 01"))
                == .connectionOpen(ConnectionOpen(virtualHost: "/"))
        )
        #expect(
            try Method.decoded(bytes(hex: "003c0046 0007 0171 00")) == .basicGet(BasicGet(queue: "q", noAck: false))
        )
    }

    @Test func `the channel number travels in both its octets`() throws {
        #expect(try Method.txSelect(TxSelect()).frame(channel: 0x0201).prefix(3) == [1, 2, 1])
    }
}
