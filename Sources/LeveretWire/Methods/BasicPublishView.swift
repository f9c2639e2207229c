import LeveretModel

/// A basic.publish where it lies in the read buffer.
package struct BasicPublishView {
    /// The exchange's name, valid UTF-8.
    package var exchange: UnsafeRawBufferPointer
    /// The routing key, valid UTF-8.
    package var routingKey: UnsafeRawBufferPointer
    /// Both names as they travel: each after the octet of its length, the exchange first.
    package var exchangeAndRoutingKey: UnsafeRawBufferPointer
    package var mandatory: Bool
    package var immediate: Bool

    /// Reads the payload of a method frame that is known to be basic.publish.
    ///
    /// - Throws: 502 if the fields do not fit the payload exactly, 501 if a name is not UTF-8.
    package init(payload: UnsafeRawBufferPointer) throws(WireError) {
        let namesStart = 6
        guard payload.count >= namesStart + 3 else { throw Self.malformed }
        let exchangeStart = namesStart + 1
        let exchangeEnd = exchangeStart + Int(payload[namesStart])
        guard exchangeEnd < payload.count else { throw Self.malformed }
        let keyStart = exchangeEnd + 1
        let keyEnd = keyStart + Int(payload[exchangeEnd])
        guard keyEnd == payload.count - 1 else { throw Self.malformed }
        exchange = payload.part(exchangeStart, exchangeEnd)
        routingKey = payload.part(keyStart, keyEnd)
        exchangeAndRoutingKey = payload.part(namesStart, keyEnd)
        mandatory = payload[keyEnd] & 1 != 0
        immediate = payload[keyEnd] & 2 != 0
        guard exchange.isText, routingKey.isText else {
            throw WireError(.frameError, "a name that is not valid UTF-8", method: .basicPublish)
        }
    }

    private static var malformed: WireError {
        WireError(.syntaxError, "malformed basic.publish", method: .basicPublish)
    }
}
