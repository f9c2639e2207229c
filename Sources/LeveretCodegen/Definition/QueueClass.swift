extension ProtocolDefinition {
    static let queue = ClassDefinition(
        name: "queue",
        number: 50,
        methods: [
            .request(
                "declare",
                10,
                "The client creates a queue or checks that it exists.",
                [
                    .ticket,
                    .string("queue"),
                    .bit("passive"),
                    .bit("durable"),
                    .bit("exclusive"),
                    .bit("auto-delete"),
                    .noWait,
                    .arguments,
                ]
            ),
            .plain(
                "declare-ok",
                11,
                "The queue exists; its name, its ready messages and its consumers.",
                [.string("queue"), .field("message-count", .long), .field("consumer-count", .long)]
            ),
            .request(
                "bind",
                20,
                "The client binds a queue to an exchange.",
                [.ticket, .string("queue"), .string("exchange"), .string("routing-key"), .noWait, .arguments]
            ),
            .plain("bind-ok", 21, "The queue is bound."),
            .request(
                "purge",
                30,
                "The client removes a queue's ready messages.",
                [.ticket, .string("queue"), .noWait]
            ),
            .plain("purge-ok", 31, "How many messages were removed.", [.field("message-count", .long)]),
            .request(
                "delete",
                40,
                "The client deletes a queue.",
                [.ticket, .string("queue"), .bit("if-unused"), .bit("if-empty"), .noWait]
            ),
            .plain("delete-ok", 41, "How many messages went with the queue.", [.field("message-count", .long)]),
            .request(
                "unbind",
                50,
                "The client removes a binding of a queue; this method knows no no-wait.",
                [.ticket, .string("queue"), .string("exchange"), .string("routing-key"), .arguments]
            ),
            .plain("unbind-ok", 51, "The binding of the queue is gone."),
        ]
    )
}
