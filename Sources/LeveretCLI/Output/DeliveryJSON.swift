import LeveretModel

/// A delivery as one line of JSON.
enum DeliveryJSON {
    /// The body is text if it is UTF-8, otherwise base64; `encoding` says which.
    static func value(of delivery: Delivery) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "exchange", value: .string(delivery.exchange.rawValue)),
            .init(name: "routing_key", value: .string(delivery.routingKey)),
            .init(name: "redelivered", value: .boolean(delivery.isRedelivered)),
            .init(name: "properties", value: value(of: delivery.properties)),
        ]
        if let count = delivery.remainingCount {
            members.append(.init(name: "remaining", value: .unsigned(UInt64(count))))
        }
        delivery.body.withUnsafeBytes { bytes in
            if let text = String(validating: bytes, as: UTF8.self) {
                members.append(.init(name: "encoding", value: "utf-8"))
                members.append(.init(name: "body", value: .string(text)))
            } else {
                members.append(.init(name: "encoding", value: "base64"))
                members.append(.init(name: "body", value: .string(Base64.text(of: bytes))))
            }
        }
        return .object(members)
    }

    /// The properties that are set, by their names in the protocol.
    static func value(of properties: BasicProperties) -> JSONValue {
        let texts: [(String, String?)] = [
            ("content_type", properties.contentType),
            ("content_encoding", properties.contentEncoding),
            ("correlation_id", properties.correlationID),
            ("reply_to", properties.replyTo),
            ("expiration", properties.expiration),
            ("message_id", properties.messageID),
            ("type", properties.type),
            ("user_id", properties.userID),
            ("app_id", properties.appID),
            ("cluster_id", properties.clusterID),
        ]
        let numbers: [(String, UInt64?)] = [
            ("delivery_mode", properties.deliveryMode.map { UInt64($0.rawValue) }),
            ("priority", properties.priority.map { UInt64($0) }),
            ("timestamp", properties.timestamp),
        ]
        var members: [JSONValue.Member] = []
        for case (let name, let text?) in texts { members.append(.init(name: name, value: .string(text))) }
        for case (let name, let number?) in numbers { members.append(.init(name: name, value: .unsigned(number))) }
        if let headers = properties.headers { members.append(.init(name: "headers", value: value(of: headers))) }
        return .object(members)
    }

    static func value(of table: FieldTable) -> JSONValue {
        .object(table.entries.map { JSONValue.Member(name: $0.key, value: value(of: $0.value)) })
    }

    private static func value(of field: FieldValue) -> JSONValue {
        switch field {
        case .boolean(let value): .boolean(value)
        case .float(let value): .number(Double(value))
        case .double(let value): .number(value)
        case .decimal(let scale, let value): .string(decimal(value, scale: scale))
        case .string(let text): .string(text)
        case .rawString(let bytes), .bytes(let bytes): .string(bytes.withUnsafeBytes(Base64.text))
        case .array(let values): .array(values.map { Self.value(of: $0) })
        case .timestamp(let seconds): .unsigned(seconds)
        case .table(let table): value(of: table)
        case .void: .null
        case .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64: field.integer.map { .integer($0) } ?? .null
        }
    }

    /// `12.50` for 1250 with scale 2: text, because a number could not keep it exact.
    private static func decimal(_ value: UInt32, scale: UInt8) -> String {
        let digits = String(value)
        guard scale > 0 else { return digits }
        let padded = String(repeating: "0", count: max(0, Int(scale) + 1 - digits.count)) + digits
        return "\(padded.dropLast(Int(scale))).\(padded.suffix(Int(scale)))"
    }
}
