extension BasicProperties {
    /// Reads what a content header holds after the body size: the flag words and the properties they announce.
    ///
    /// Text that is not UTF-8 is repaired with U+FFFD, because a message that was taken must stay deliverable.
    package init(encoded bytes: UnsafeRawBufferPointer) throws(EncodingError) {
        self.init()
        var reader = ByteReader(bytes)
        let flags = try reader.readPropertyFlags()
        for property in EncodedProperty.allCases where flags & property.rawValue != 0 {
            try read(property, from: &reader)
        }
        try reader.requireEnd()
    }

    private mutating func read(_ property: EncodedProperty, from reader: inout ByteReader) throws(EncodingError) {
        switch property {
        case .headers: headers = try reader.readTable()
        case .deliveryMode: deliveryMode = DeliveryMode(rawValue: try reader.readUInt8())
        case .priority: priority = try reader.readUInt8()
        case .timestamp: timestamp = try reader.readUInt64()
        default: self[text: property] = try reader.readRepairedShortString()
        }
    }

    /// Appends the flag word and the properties that are set. On an error nothing is appended.
    ///
    /// - Throws: if a text or a header's key is over 255 bytes or the headers are nested too deeply.
    package func encode(into bytes: inout [UInt8]) throws(EncodingError) {
        try bytes.appendAtomically { bytes throws(EncodingError) in
            bytes.append(bigEndian: flags)
            for property in EncodedProperty.allCases {
                try append(property, to: &bytes)
            }
        }
    }

    private var flags: UInt16 {
        EncodedProperty.allCases.reduce(0) { isSet($1) ? $0 | $1.rawValue : $0 }
    }

    private func isSet(_ property: EncodedProperty) -> Bool {
        switch property {
        case .headers: headers != nil
        case .deliveryMode: deliveryMode != nil
        case .priority: priority != nil
        case .timestamp: timestamp != nil
        default: self[text: property] != nil
        }
    }

    private func append(_ property: EncodedProperty, to bytes: inout [UInt8]) throws(EncodingError) {
        switch property {
        case .headers: try headers?.encode(into: &bytes)
        case .deliveryMode: if let deliveryMode { bytes.append(deliveryMode.rawValue) }
        case .priority: if let priority { bytes.append(priority) }
        case .timestamp: if let timestamp { bytes.append(bigEndian: timestamp) }
        default: if let text = self[text: property] { try bytes.append(shortString: text) }
        }
    }

    private subscript(text property: EncodedProperty) -> String? {
        get {
            switch property {
            case .contentType: contentType
            case .contentEncoding: contentEncoding
            case .correlationID: correlationID
            case .replyTo: replyTo
            case .expiration: expiration
            case .messageID: messageID
            case .type: type
            case .userID: userID
            case .appID: appID
            case .clusterID: clusterID
            case .headers, .deliveryMode, .priority, .timestamp: nil
            }
        }
        set {
            switch property {
            case .contentType: contentType = newValue
            case .contentEncoding: contentEncoding = newValue
            case .correlationID: correlationID = newValue
            case .replyTo: replyTo = newValue
            case .expiration: expiration = newValue
            case .messageID: messageID = newValue
            case .type: type = newValue
            case .userID: userID = newValue
            case .appID: appID = newValue
            case .clusterID: clusterID = newValue
            case .headers, .deliveryMode, .priority, .timestamp: break
            }
        }
    }
}
