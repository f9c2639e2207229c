import LeveretModel

/// The part of a message that an exchange of type `x-consistent-hash` looks at.
enum HashedPart: Equatable {
    case routingKey
    /// Argument `hash-header`: the value of a header.
    case header(String)
    /// Argument `hash-property`: one of `correlation_id`, `message_id` and `timestamp`.
    case property(EncodedProperty)

    private static let properties: [String: EncodedProperty] = [
        "correlation_id": .correlationID, "message_id": .messageID, "timestamp": .timestamp,
    ]

    /// Reads arguments that have been checked.
    init(_ arguments: FieldTable) {
        if let header = arguments["hash-header"]?.string {
            self = .header(header)
        } else if let property = arguments["hash-property"]?.string.flatMap({ Self.properties[$0] }) {
            self = .property(property)
        } else {
            self = .routingKey
        }
    }

    /// Refuses arguments that name no part, or two.
    static func check(_ arguments: FieldTable, exchange: String, virtualHost: String) throws(AMQPError) {
        for name in ["hash-header", "hash-property"] {
            guard let value = arguments[name], value.string == nil else { continue }
            throw AMQPError(
                .preconditionFailed,
                "invalid arg '\(name)' for exchange '\(exchange)' in vhost '\(virtualHost)': "
                    + "{unacceptable_type,\(value.typeName)}"
            )
        }
        if arguments["hash-header"] != nil, arguments["hash-property"] != nil {
            throw AMQPError(.preconditionFailed, "hash-header and hash-property are mutually exclusive")
        }
        if let property = arguments["hash-property"]?.string, properties[property] == nil {
            throw AMQPError(.preconditionFailed, "Unsupported property: \(property)")
        }
    }

    /// The part's bytes; none if the message does not have it.
    func bytes(of subject: RoutingSubject) -> [UInt8] {
        switch self {
        case .routingKey: return Array(subject.key.utf8)
        case .header(let name): return subject.headers[name].map(HashedPart.bytes) ?? []
        case .property(let property):
            guard let range = PropertiesSummary.range(of: property, in: subject.properties) else { return [] }
            return Array(subject.properties[range])
        }
    }

    /// Texts and numbers count as they read, whatever their type.
    private static func bytes(of value: FieldValue) -> [UInt8] {
        switch value {
        case .string(let text): Array(text.utf8)
        case .rawString(let bytes): bytes
        default: value.integer.map { Array(String($0).utf8) } ?? value.deduplicationKey ?? []
        }
    }
}
