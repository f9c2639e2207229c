extension ProtocolDefinition {
    static let connection = ClassDefinition(
        name: "connection",
        number: 10,
        methods: [
            .request(
                "start",
                10,
                "The server presents itself and what it offers.",
                [
                    .field("version-major", .octet),
                    .field("version-minor", .octet),
                    .field("server-properties", .table),
                    .field("mechanisms", .longText),
                    .field("locales", .longText),
                ]
            ),
            .plain(
                "start-ok",
                11,
                "The client presents itself and chooses a login mechanism.",
                [
                    .field("client-properties", .table),
                    .string("mechanism"),
                    .field("response", .longBytes),
                    .string("locale"),
                ]
            ),
            .request("secure", 20, "The server challenges the client.", [.field("challenge", .longBytes)]),
            .plain("secure-ok", 21, "The client answers a challenge.", [.field("response", .longBytes)]),
            .request("tune", 30, "The server proposes limits.", limits),
            .plain("tune-ok", 31, "The client settles the limits.", limits),
            .request(
                "open",
                40,
                "The client chooses a virtual host.",
                [.string("virtual-host"), .reserved(.shortString), .reserved(.bit)]
            ),
            .plain("open-ok", 41, "The connection is ready for channels.", [.reserved(.shortString)]),
            .request("close", 50, "One side ends the connection, and says why.", closing),
            .plain("close-ok", 51, "The other side agrees that the connection ends."),
            .plain(
                "blocked",
                60,
                "The broker has stopped taking messages from this connection.",
                [.string("reason")]
            ),
            .plain("unblocked", 61, "The broker takes messages again."),
            .request(
                "update-secret",
                70,
                "The client replaces the credential it logged in with.",
                [.field("new-secret", .longBytes), .string("reason")]
            ),
            .plain("update-secret-ok", 71, "The new credential is in force."),
        ]
    )

    private static let limits: [FieldDefinition] = [
        .field("channel-max", .short),
        .field("frame-max", .long),
        .field("heartbeat", .short),
    ]

    /// What closes a connection or a channel; the last two name the method that failed.
    static let closing: [FieldDefinition] = [
        .field("reply-code", .short),
        .string("reply-text"),
        .field("class-id", .short),
        .field("method-id", .short),
    ]
}
