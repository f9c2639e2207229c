import LeveretModel

/// What a client says of itself in connection.start-ok, as far as the server uses it.
struct ClientProperties: Sendable, Equatable {
    var connectionName: String?
    /// Product and version, such as `pika 1.3.2`.
    var product: String?
    var acceptsConsumerCancel = false
    var acceptsBlocked = false
    var acceptsAuthenticationFailureClose = false
    /// Whether basic.qos is to change the consumers that a channel has; `nil` leaves it to the server.
    var qosAppliesToExisting: Bool?
    /// All that the client says.
    private(set) var all = FieldTable()

    init() {}

    init(_ table: FieldTable) {
        all = table
        connectionName = table["connection_name"]?.string
        product = [table["product"]?.string, table["version"]?.string].compactMap(\.self).joined(separator: " ")
        if product?.isEmpty == true { product = nil }
        guard case .table(let capabilities) = table["capabilities"] else { return }
        acceptsConsumerCancel = capabilities["consumer_cancel_notify"] == .boolean(true)
        acceptsBlocked = capabilities["connection.blocked"] == .boolean(true)
        acceptsAuthenticationFailureClose = capabilities["authentication_failure_close"] == .boolean(true)
        if case .boolean(let value) = capabilities["qos_applies_to_existing"] { qosAppliesToExisting = value }
    }
}
