import LeveretModel

/// How the client presents itself in connection.start-ok.
enum ClientProperties {
    static func table(connectionName: String?) -> FieldTable {
        var table: FieldTable = [
            "product": "Leveret client",
            "version": "0.1.0",
            "platform": "Swift",
            "capabilities": .table(capabilities),
        ]
        if let connectionName { table["connection_name"] = .string(connectionName) }
        return table
    }

    private static let capabilities: FieldTable = [
        "publisher_confirms": true,
        "exchange_exchange_bindings": true,
        "basic.nack": true,
        "consumer_cancel_notify": true,
        "connection.blocked": true,
        "authentication_failure_close": true,
    ]
}
