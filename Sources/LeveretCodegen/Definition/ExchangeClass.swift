extension ProtocolDefinition {
    static let exchange = ClassDefinition(
        name: "exchange",
        number: 40,
        methods: [
            .request(
                "declare",
                10,
                "The client creates an exchange or checks that it exists.",
                [
                    .ticket,
                    .string("exchange"),
                    .string("type"),
                    .bit("passive"),
                    .bit("durable"),
                    .bit("auto-delete"),
                    .bit("internal"),
                    .noWait,
                    .arguments,
                ]
            ),
            .plain("declare-ok", 11, "The exchange exists."),
            .request(
                "delete",
                20,
                "The client deletes an exchange.",
                [.ticket, .string("exchange"), .bit("if-unused"), .noWait]
            ),
            .plain("delete-ok", 21, "The exchange is gone."),
            .request("bind", 30, "The client binds an exchange to an exchange.", exchangeBinding),
            .plain("bind-ok", 31, "The exchanges are bound."),
            .request("unbind", 40, "The client removes a binding between exchanges.", exchangeBinding),
            .plain("unbind-ok", 51, "The binding between exchanges is gone."),
        ]
    )

    private static let exchangeBinding: [FieldDefinition] = [
        .ticket,
        .string("destination"),
        .string("source"),
        .string("routing-key"),
        .noWait,
        .arguments,
    ]
}
