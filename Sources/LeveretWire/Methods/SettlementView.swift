import LeveretModel

/// A basic.ack, basic.nack or basic.reject, read without building anything.
package struct SettlementView: Sendable, Hashable {
    /// Which of the three methods it is.
    package enum Kind: Sendable, Hashable {
        case acknowledge
        case nack
        case reject
    }

    package var kind: Kind
    package var deliveryTag: UInt64
    /// Whether all earlier tags are meant too; never for a reject.
    package var multiple: Bool
    /// Whether the messages go back to their queue; never for an acknowledge.
    package var requeue: Bool

    /// Reads the payload of a method frame, or is `nil` if it is another method.
    ///
    /// - Throws: 502 if the fields do not fit the payload exactly.
    package init?(payload: UnsafeRawBufferPointer) throws(WireError) {
        guard payload.count >= 4, payload.uint16(at: 0) == MethodID.basicAck.classID else { return nil }
        let method = payload.uint16(at: 2)
        switch method {
        case MethodID.basicAck.methodID: kind = .acknowledge
        case MethodID.basicNack.methodID: kind = .nack
        case MethodID.basicReject.methodID: kind = .reject
        default: return nil
        }
        guard payload.count == 13 else {
            let id = MethodID(classID: MethodID.basicAck.classID, methodID: method)
            throw WireError(.syntaxError, "malformed \(id.name)", method: id)
        }
        deliveryTag = payload.uint64(at: 4)
        let bits = payload[12]
        multiple = kind != .reject && bits & 1 != 0
        requeue =
            switch kind {
            case .acknowledge: false
            case .nack: bits & 2 != 0
            case .reject: bits & 1 != 0
            }
    }
}
