extension ProtocolDefinition {
    static let basic = ClassDefinition(
        name: "basic",
        number: 60,
        methods: consuming + publishing + getting + settling
    )

    private static let consuming: [MethodDefinition] = [
        .request(
            "qos",
            10,
            "The client limits how much is delivered before it acknowledges.",
            [.field("prefetch-size", .long), .field("prefetch-count", .short), .bit("global")]
        ),
        .plain("qos-ok", 11, "The limit is in force."),
        .request(
            "consume",
            20,
            "The client starts a consumer.",
            [
                .ticket,
                .string("queue"),
                .string("consumer-tag"),
                .bit("no-local"),
                .bit("no-ack"),
                .bit("exclusive"),
                .noWait,
                .arguments,
            ]
        ),
        .plain("consume-ok", 21, "The consumer has started under this tag.", [.string("consumer-tag")]),
        .request("cancel", 30, "One side ends a consumer.", [.string("consumer-tag"), .noWait]),
        .plain("cancel-ok", 31, "The consumer has ended.", [.string("consumer-tag")]),
    ]

    private static let publishing: [MethodDefinition] = [
        .content(
            "publish",
            40,
            "The client publishes a message.",
            [.ticket, .string("exchange"), .string("routing-key"), .bit("mandatory"), .bit("immediate")]
        ),
        .content(
            "return",
            50,
            "The broker returns a message that it could not route.",
            [.field("reply-code", .short), .string("reply-text"), .string("exchange"), .string("routing-key")]
        ),
        .content(
            "deliver",
            60,
            "The broker delivers a message to a consumer.",
            [
                .string("consumer-tag"),
                .field("delivery-tag", .longlong),
                .bit("redelivered"),
                .string("exchange"),
                .string("routing-key"),
            ]
        ),
    ]

    private static let getting: [MethodDefinition] = [
        .request(
            "get",
            70,
            "The client asks for one message.",
            [.ticket, .string("queue"), .bit("no-ack")],
            answers: ["get-ok", "get-empty"]
        ),
        .content(
            "get-ok",
            71,
            "The message that was asked for, and how many ready ones remain.",
            [
                .field("delivery-tag", .longlong),
                .bit("redelivered"),
                .string("exchange"),
                .string("routing-key"),
                .field("message-count", .long),
            ]
        ),
        .plain("get-empty", 72, "The queue holds no ready message.", [.reserved(.shortString)]),
    ]

    private static let settling: [MethodDefinition] = [
        .plain("ack", 80, "Acknowledges deliveries or confirms publishings.", [deliveryTag, .bit("multiple")]),
        .plain("reject", 90, "The client rejects one delivery.", [deliveryTag, .bit("requeue")]),
        .plain("recover-async", 100, "The old form of recover that nothing answers.", [.bit("requeue")]),
        .request("recover", 110, "The client wants its unacknowledged messages again.", [.bit("requeue")]),
        .plain("recover-ok", 111, "The unacknowledged messages were requeued."),
        .plain(
            "nack",
            120,
            "Rejects deliveries or refuses publishings.",
            [deliveryTag, .bit("multiple"), .bit("requeue")]
        ),
    ]

    private static let deliveryTag: FieldDefinition = .field("delivery-tag", .longlong)
}
