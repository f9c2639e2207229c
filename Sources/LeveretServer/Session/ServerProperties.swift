import LeveretModel

extension FieldTable {
    /// What the server says of itself in connection.start. Only what is true is among the capabilities.
    static func serverProperties(_ configuration: ServerConfiguration) -> FieldTable {
        let capabilities: FieldTable = [
            "publisher_confirms": true,
            "exchange_exchange_bindings": true,
            "basic.nack": true,
            "consumer_cancel_notify": true,
            "connection.blocked": true,
            "consumer_priorities": true,
            "authentication_failure_close": true,
            "per_consumer_qos": true,
            "direct_reply_to": true,
            "qos_applies_to_existing": true,
        ]
        return [
            "capabilities": .table(capabilities),
            "cluster_name": .string(configuration.clusterName),
            "copyright": "The Leveret authors",
            "information": "Licensed under the Apache License 2.0",
            "platform": "Swift",
            "product": .string(configuration.compatibilityVersion == nil ? configuration.product : "RabbitMQ"),
            "version": .string(configuration.compatibilityVersion ?? configuration.version),
        ]
    }
}
