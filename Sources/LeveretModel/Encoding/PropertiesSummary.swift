/// What a broker needs to know of a message's properties, found in their encoding without building anything.
///
/// Scanning checks the bounds and the structure of the whole list: what was scanned can be decoded.
package struct PropertiesSummary: Sendable, Hashable {
    /// Whether the delivery mode is 2.
    package var isPersistent = false
    package var priority: UInt8?
    /// Where the text of the expiration lies in the scanned bytes; likewise the ranges below.
    package var expiration: Range<Int>?
    package var userID: Range<Int>?
    /// Where the headers lie, without the four bytes of their length.
    package var headers: Range<Int>?
    package var replyTo: Range<Int>?

    package init(scanning bytes: UnsafeRawBufferPointer) throws(EncodingError) {
        if let isPersistent = PropertiesSummary.persistence(ofPlain: bytes) {
            self.isPersistent = isPersistent
        } else {
            try scan(bytes)
        }
    }

    /// Whether the delivery mode is 2, if there is no other property; otherwise `nil`.
    @inlinable
    package static func persistence(ofPlain bytes: UnsafeRawBufferPointer) -> Bool? {
        if bytes.count == 2, bytes[0] == 0, bytes[1] == 0 { return false }
        guard bytes.count == 3, bytes[0] == 0x10, bytes[1] == 0 else { return nil }
        return bytes[2] == DeliveryMode.persistent.rawValue
    }

    private mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(EncodingError) {
        var reader = ByteReader(bytes)
        var flags = try reader.readPropertyFlags()
        while flags != 0 {
            let bit: UInt16 = 0x8000 >> UInt16(truncatingIfNeeded: flags.leadingZeroBitCount)
            flags &= ~bit
            guard let property = EncodedProperty(rawValue: bit) else { break }
            note(property, at: try reader.scan(property), in: bytes)
        }
        try reader.requireEnd()
    }

    private mutating func note(_ property: EncodedProperty, at range: Range<Int>, in bytes: UnsafeRawBufferPointer) {
        switch property {
        case .headers: headers = range
        case .deliveryMode: isPersistent = bytes[range.lowerBound] == DeliveryMode.persistent.rawValue
        case .priority: priority = bytes[range.lowerBound]
        case .replyTo: replyTo = range
        case .expiration: expiration = range
        case .userID: userID = range
        default: break
        }
    }
}

extension PropertiesSummary {
    /// Where a property lies in an encoding, without the length of a text; `nil` if it is not there.
    package static func range(of wanted: EncodedProperty, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        var reader = ByteReader(bytes)
        do throws(EncodingError) {
            let flags = try reader.readPropertyFlags()
            guard flags & wanted.rawValue != 0 else { return nil }
            for property in EncodedProperty.allCases where flags & property.rawValue != 0 {
                let range = try reader.scan(property)
                if property == wanted { return range }
            }
        } catch {
            return nil
        }
        return nil
    }
}
