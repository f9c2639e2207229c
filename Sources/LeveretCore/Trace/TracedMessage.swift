import LeveretModel

/// A message that was published or delivered, as its trace shows it.
struct TracedMessage {
    let exchange: String
    private let routingKey: UnsafeRawBufferPointer
    private let properties: UnsafeRawBufferPointer
    private let body: UnsafeRawBufferPointer

    init(_ publishing: PublishingView) {
        exchange = String(decoding: publishing.address.exchange, as: UTF8.self)
        routingKey = publishing.address.routingKey
        properties = publishing.properties
        body = publishing.body
    }

    init(_ record: Record) {
        exchange = String(decoding: record.address.exchange, as: UTF8.self)
        routingKey = record.address.routingKey
        properties = record.properties
        body = record.body
    }

    /// The encoded properties of the trace, which are headers only; `nil` if they would not fit into a table.
    func traceProperties(_ details: [FieldTable.Entry]) -> [UInt8]? {
        let original = EncodedPropertyTable.table(of: properties)
        var trace = BasicProperties()
        trace.headers = FieldTable(
            entries: [
                .init(key: "exchange_name", value: .string(exchange)),
                .init(key: "routing_keys", value: .array(routingKeys(original))),
                .init(key: "properties", value: .table(original)),
            ] + details
        )
        var encoded: [UInt8] = []
        do {
            try trace.encode(into: &encoded)
        } catch {
            return nil
        }
        return encoded
    }

    /// The message's own key, and those of senders' choice in its headers.
    private func routingKeys(_ original: FieldTable) -> [FieldValue] {
        var keys: [FieldValue] = [.string(String(decoding: routingKey, as: UTF8.self))]
        guard case .table(let headers) = original["headers"] else { return keys }
        for header in ["CC", "BCC"] {
            if case .array(let more) = headers[header] { keys += more }
        }
        return keys
    }

    /// Lends the trace as a publishing. A key that is too long for one is cut.
    func withTrace(
        key: String,
        _ properties: [UInt8],
        _ body: (PublishingView, _ key: String, PropertiesSummary) -> Void
    ) {
        let key = key.prefix(utf8Count: 255)
        guard let address = try? AddressView.encode(exchange: VirtualHost.traceExchange, routingKey: key),
            let summary = try? properties.withUnsafeBytes({ try PropertiesSummary(scanning: $0) })
        else { return }
        address.withUnsafeBytes { address in
            properties.withUnsafeBytes { properties in
                let publishing = PublishingView(
                    address: AddressView(address),
                    properties: properties,
                    body: self.body,
                    mandatory: false
                )
                body(publishing, key, summary)
            }
        }
    }
}

extension String {
    /// As many whole characters as fit into so many bytes.
    fileprivate func prefix(utf8Count limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var text = self
        while text.utf8.count > limit { text.removeLast() }
        return text
    }
}
