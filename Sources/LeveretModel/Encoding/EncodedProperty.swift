/// One of the fourteen properties by the bit that announces it in the flag word, in the order in which they travel.
package enum EncodedProperty: UInt16, CaseIterable, Sendable {
    case contentType = 0x8000
    case contentEncoding = 0x4000
    case headers = 0x2000
    case deliveryMode = 0x1000
    case priority = 0x0800
    case correlationID = 0x0400
    case replyTo = 0x0200
    case expiration = 0x0100
    case messageID = 0x0080
    case timestamp = 0x0040
    case type = 0x0020
    case userID = 0x0010
    case appID = 0x0008
    case clusterID = 0x0004

    /// The bit that says that another flag word follows.
    static let continuation: UInt16 = 0x0001
    /// The bits that announce a property.
    static let known: UInt16 = 0xFFFC
}

extension ByteReader {
    /// Reads the flag word; words that follow it may be there but may announce nothing.
    mutating func readPropertyFlags() throws(EncodingError) -> UInt16 {
        let start = position
        let first = try readUInt16()
        var word = first
        var unknown = first & ~EncodedProperty.known & ~EncodedProperty.continuation
        while word & EncodedProperty.continuation != 0 {
            word = try readUInt16()
            unknown |= word & ~EncodedProperty.continuation
        }
        guard unknown == 0 else { throw EncodingError(.unknownProperty, at: start) }
        return first & EncodedProperty.known
    }

    /// Moves past one property and checks its bounds.
    ///
    /// - Returns: where its content lies, without the length of a string or table.
    mutating func scan(_ property: EncodedProperty) throws(EncodingError) -> Range<Int> {
        switch property {
        case .headers: try scanTable()
        case .deliveryMode, .priority: try scanBytes(1)
        case .timestamp: try scanBytes(8)
        default: try scanBytes(Int(try readUInt8()))
        }
    }

    private mutating func scanBytes(_ count: Int) throws(EncodingError) -> Range<Int> {
        try skip(count)
        return offset - count..<offset
    }
}
