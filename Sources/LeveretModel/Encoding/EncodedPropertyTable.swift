/// Encoded properties as a field table, under the names and with the types that RabbitMQ uses for them in traces.
package enum EncodedPropertyTable {
    /// The properties that are there. Empty if they are not well formed.
    package static func table(of properties: UnsafeRawBufferPointer) -> FieldTable {
        (try? read(properties)) ?? FieldTable()
    }

    private static func read(_ properties: UnsafeRawBufferPointer) throws(EncodingError) -> FieldTable {
        var table = FieldTable()
        var reader = ByteReader(properties)
        let flags = try reader.readPropertyFlags()
        for property in EncodedProperty.allCases where flags & property.rawValue != 0 {
            let content = UnsafeRawBufferPointer(rebasing: properties[try reader.scan(property)])
            table.append(key: property.name, value: try property.value(content))
        }
        return table
    }
}

extension EncodedProperty {
    fileprivate var name: String {
        switch self {
        case .contentType: "content_type"
        case .contentEncoding: "content_encoding"
        case .headers: "headers"
        case .deliveryMode: "delivery_mode"
        case .priority: "priority"
        case .correlationID: "correlation_id"
        case .replyTo: "reply_to"
        case .expiration: "expiration"
        case .messageID: "message_id"
        case .timestamp: "timestamp"
        case .type: "type"
        case .userID: "user_id"
        case .appID: "app_id"
        case .clusterID: "cluster_id"
        }
    }

    fileprivate func value(_ content: UnsafeRawBufferPointer) throws(EncodingError) -> FieldValue {
        switch self {
        case .headers: .table(try FieldTable(encoded: content))
        case .deliveryMode, .priority: .int32(Int32(content[0]))
        case .timestamp: .timestamp(content.reduce(0) { $0 << 8 | UInt64($1) })
        default: String(validating: content, as: UTF8.self).map(FieldValue.string) ?? .rawString(Array(content))
        }
    }
}
