package import LeveretModel

/// What a frame carries.
package enum FrameKind: UInt8, Sendable, Hashable {
    case method = 1
    case header = 2
    case body = 3
    case heartbeat = 8
}

/// A frame where it lies in the read buffer; it must not outlive the access to that buffer.
package struct FrameView {
    package var kind: FrameKind
    package var channel: UInt16
    /// What lies between the seven bytes of the frame's header and its end octet.
    package var payload: UnsafeRawBufferPointer
}

extension FrameView {
    /// The numbers at the beginning of a method frame.
    ///
    /// - Throws: 502 if the payload is too short to hold them.
    package var methodID: MethodID {
        get throws(WireError) { try MethodID(payload: payload) }
    }
}
