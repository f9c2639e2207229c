extension ProtocolDefinition {
    static let channel = ClassDefinition(
        name: "channel",
        number: 20,
        methods: [
            .request("open", 10, "The client opens a channel.", [.reserved(.shortString)]),
            .plain("open-ok", 11, "The channel is open.", [.reserved(.longBytes)]),
            .request("flow", 20, "One side asks the other to pause or resume content.", [.bit("active")]),
            .plain("flow-ok", 21, "The other side has paused or resumed content.", [.bit("active")]),
            .request("close", 40, "One side ends the channel, and says why.", closing),
            .plain("close-ok", 41, "The other side agrees that the channel ends."),
        ]
    )

    static let access = ClassDefinition(
        name: "access",
        number: 30,
        methods: [
            .request(
                "request",
                10,
                "An old client asks for the rights that later versions check by themselves.",
                [
                    .string("realm"),
                    .bit("exclusive"),
                    .bit("passive"),
                    .bit("active"),
                    .bit("write"),
                    .bit("read"),
                ]
            ),
            .plain("request-ok", 11, "The ticket for an old client; it is ignored later.", [.field("ticket", .short)]),
        ]
    )

    static let confirm = ClassDefinition(
        name: "confirm",
        number: 85,
        methods: [
            .request("select", 10, "The client wants its publishings confirmed.", [.noWait]),
            .plain("select-ok", 11, "The broker confirms publishings from now on."),
        ]
    )

    static let transaction = ClassDefinition(
        name: "tx",
        number: 90,
        methods: [
            .request("select", 10, "The client wants transactions on this channel."),
            .plain("select-ok", 11, "Transactions are on."),
            .request("commit", 20, "The client commits what it published and acknowledged."),
            .plain("commit-ok", 21, "The transaction is committed."),
            .request("rollback", 30, "The client abandons what it published and acknowledged."),
            .plain("rollback-ok", 31, "The transaction is abandoned."),
        ]
    )
}
