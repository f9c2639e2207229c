import LeveretModel

/// How the client presents itself in connection.start-ok.
enum ClientProperties {
    private static let qosCapability = "qos_applies_to_existing"

    static func table(_ configuration: ConnectionConfiguration) -> FieldTable {
        var capabilities = commonCapabilities
        if configuration.qosAppliesToExisting { capabilities[qosCapability] = true }
        var table: FieldTable = [
            "product": "Leveret client",
            "version": "0.1.0",
            "platform": "Swift",
            "capabilities": .table(capabilities),
        ]
        if let name = configuration.connectionName { table["connection_name"] = .string(name) }
        return table
    }

    private static let commonCapabilities: FieldTable = [
        "publisher_confirms": true,
        "exchange_exchange_bindings": true,
        "basic.nack": true,
        "consumer_cancel_notify": true,
        "connection.blocked": true,
        "authentication_failure_close": true,
    ]

    /// Whether a broker that presents itself so lets basic.qos change consumers that are there.
    static func canChangePrefetch(_ serverProperties: FieldTable) -> Bool {
        guard case .table(let capabilities) = serverProperties["capabilities"] else { return false }
        return capabilities[qosCapability] == .boolean(true)
    }
}
