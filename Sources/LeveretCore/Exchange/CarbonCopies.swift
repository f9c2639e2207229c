import LeveretModel

/// The further routing keys of a message, which its headers `CC` and `BCC` hold (RabbitMQ).
struct CarbonCopies {
    private let headers: FieldTable

    /// `nil` if the message has neither header.
    init?(_ publishing: PublishingView, _ summary: PropertiesSummary) {
        guard let range = summary.headers else { return nil }
        let bytes = UnsafeRawBufferPointer(rebasing: publishing.properties[range])
        guard FieldTable.mayContain("CC", in: bytes) || FieldTable.mayContain("BCC", in: bytes),
            let headers = try? FieldTable(encoded: bytes), headers["CC"] != nil || headers["BCC"] != nil
        else { return nil }
        self.headers = headers
    }

    /// The keys in their order, those that nobody is to see last. What is no text in a list is passed over.
    func keys() throws(AMQPError) -> [String] {
        var keys: [String] = []
        for name in ["CC", "BCC"] {
            guard let value = headers[name] else { continue }
            guard case .array(let elements) = value else {
                throw AMQPError(
                    .preconditionFailed,
                    "invalid message: {unacceptable_type_in_header,\"\(name)\",\(value.typeName)}"
                )
            }
            keys += elements.compactMap(\.string)
        }
        return keys
    }

    /// The headers without those that nobody is to see; `nil` if there are none of them.
    var blindHeaders: FieldTable? {
        guard headers["BCC"] != nil else { return nil }
        var rest = headers
        rest["BCC"] = nil
        return rest
    }
}
