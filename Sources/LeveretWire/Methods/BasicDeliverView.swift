import LeveretModel

/// A basic.deliver where it lies in the read buffer.
package struct BasicDeliverView {
    /// The consumer tag, valid UTF-8.
    package var consumerTag: UnsafeRawBufferPointer
    package var deliveryTag: UInt64
    package var redelivered: Bool
    /// The exchange's name, valid UTF-8.
    package var exchange: UnsafeRawBufferPointer
    /// The routing key, valid UTF-8.
    package var routingKey: UnsafeRawBufferPointer

    /// Reads the payload of a method frame that is known to be basic.deliver.
    ///
    /// - Throws: 502 if the fields do not fit the payload exactly, 501 if a name is not UTF-8.
    package init(payload: UnsafeRawBufferPointer) throws(WireError) {
        let tagStart = 5
        guard payload.count >= tagStart else { throw Self.malformed }
        let tagEnd = tagStart + Int(payload[tagStart - 1])
        let exchangeStart = tagEnd + 10
        guard payload.count >= exchangeStart else { throw Self.malformed }
        let exchangeEnd = exchangeStart + Int(payload[exchangeStart - 1])
        guard exchangeEnd < payload.count else { throw Self.malformed }
        let keyStart = exchangeEnd + 1
        guard keyStart + Int(payload[exchangeEnd]) == payload.count else { throw Self.malformed }
        consumerTag = payload.part(tagStart, tagEnd)
        deliveryTag = payload.uint64(at: tagEnd)
        redelivered = payload[tagEnd + 8] & 1 != 0
        exchange = payload.part(exchangeStart, exchangeEnd)
        routingKey = payload.part(keyStart, payload.count)
        guard consumerTag.isText, exchange.isText, routingKey.isText else {
            throw WireError(.frameError, "a name that is not valid UTF-8", method: BasicDeliver.id)
        }
    }

    private static var malformed: WireError {
        WireError(.syntaxError, "malformed basic.deliver", method: BasicDeliver.id)
    }
}
