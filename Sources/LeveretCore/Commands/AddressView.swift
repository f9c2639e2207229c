package import LeveretModel

/// Exchange and routing key of a message as they travel: two short strings, back to back, each after the octet of its
/// length (AMQP 0-9-1, 4.2.5.3). The bytes lie elsewhere.
package struct AddressView {
    package let bytes: UnsafeRawBufferPointer

    /// An address whose two strings fill the bytes exactly.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The exchange's name.
    package var exchange: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[1..<(1 + Int(bytes[0]))])
    }

    package var routingKey: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[(2 + Int(bytes[0]))...])
    }

    /// The bytes of an address.
    ///
    /// - Throws: if a name has more than 255 bytes.
    package static func encode(exchange: String, routingKey: String) throws(EncodingError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 + exchange.utf8.count + routingKey.utf8.count)
        try bytes.append(shortString: exchange)
        try bytes.append(shortString: routingKey)
        return bytes
    }
}
