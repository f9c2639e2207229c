import LeveretModel

/// The headers that tell a consumer how often its message came back (RabbitMQ's quorum queues).
struct DeliveryCountHeaders {
    private let failures: UInt32
    private let returns: UInt32

    init(_ delivery: DeliveryEffect) {
        failures = delivery.failures
        returns = delivery.returns
    }

    /// The properties with the headers; `nil` if they have no room for them.
    func added(to properties: UnsafeRawBufferPointer) -> [UInt8]? {
        do {
            var headers = FieldTable()
            if let range = try PropertiesSummary(scanning: properties).headers {
                headers = try FieldTable(encoded: UnsafeRawBufferPointer(rebasing: properties[range]))
            }
            headers["x-delivery-count"] = failures > 0 ? .int64(Int64(failures)) : nil
            headers["x-acquired-count"] = .int64(Int64(returns))
            var edit = PropertiesEdit()
            edit.headers = .set(headers)
            var edited: [UInt8] = []
            try edit.apply(to: properties, into: &edited)
            return edited
        } catch {
            return nil
        }
    }
}
