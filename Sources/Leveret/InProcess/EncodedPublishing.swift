import LeveretCore
import LeveretModel

/// Address and properties of a publishing in the form in which the core takes them.
struct EncodedPublishing {
    private let address: [UInt8]
    private let properties: [UInt8]

    init(exchange: ExchangeName, routingKey: String, properties: BasicProperties) throws {
        do {
            address = try AddressView.encode(exchange: exchange.rawValue, routingKey: routingKey)
        } catch {
            throw AMQPError(.preconditionFailed, "exchange names and routing keys may have 255 bytes at most")
        }
        var encoded: [UInt8] = []
        do {
            try properties.encode(into: &encoded)
        } catch {
            throw AMQPError(.preconditionFailed, "the properties cannot be encoded: \(error.text)")
        }
        self.properties = encoded
    }

    /// Lends `access` a publishing that lacks its body.
    func withView<Result>(
        mandatory: Bool,
        _ access: (inout PublishingView) throws -> Result
    ) rethrows -> Result {
        try address.withUnsafeBytes { address in
            try properties.withUnsafeBytes { properties in
                var view = PublishingView(
                    address: AddressView(address),
                    properties: properties,
                    body: UnsafeRawBufferPointer(start: nil, count: 0),
                    mandatory: mandatory
                )
                return try access(&view)
            }
        }
    }
}
