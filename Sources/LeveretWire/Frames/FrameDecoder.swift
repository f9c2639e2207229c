import LeveretModel

/// Finds the frames in what was received, without copying and without looking at a byte twice.
package struct FrameDecoder: Sendable {
    /// The longest payload that is taken; a longer frame is refused when its header is seen.
    package var payloadLimit: Int

    /// Takes the frames that are legal within the limits.
    package init(limits: FrameLimits) {
        payloadLimit = limits.payloadLimit
    }

    /// Takes what is legal before limits are negotiated.
    package static let beforeTuning = FrameDecoder(
        limits: FrameLimits(frameMax: FrameLimits.frameMaxBeforeTuning, channelMax: 0, heartbeat: 0)
    )

    /// The next complete frame, or `nil` if more bytes must be received first.
    ///
    /// - Parameter offset: where the frame begins; moved behind it, and left alone if there is none.
    /// - Throws: 501 for an unknown type, a frame that is too long or one with a wrong end; 505 for a frame that its
    ///   channel cannot have.
    package func nextFrame(
        in bytes: UnsafeRawBufferPointer,
        at offset: inout Int
    ) throws(WireError) -> FrameView? {
        let available = bytes.count - offset
        guard available >= FrameLimits.headerSize else { return nil }
        guard let kind = FrameKind(rawValue: bytes[offset]) else { throw Self.unknownType(bytes[offset]) }
        let channel = bytes.uint16(at: offset + 1)
        let size = Int(bytes.uint32(at: offset + 3))
        guard size <= payloadLimit else { throw tooLong(size) }
        if channel == 0 || kind == .heartbeat { try Self.checkChannel(channel, kind, size) }
        guard available >= size + FrameLimits.overhead else { return nil }
        let start = offset + FrameLimits.headerSize
        guard bytes[start + size] == FrameLimits.frameEnd else { throw Self.wrongEnd(bytes[start + size]) }
        offset = start + size + 1
        return FrameView(kind: kind, channel: channel, payload: bytes.part(start, start + size))
    }

    private static func checkChannel(_ channel: UInt16, _ kind: FrameKind, _ size: Int) throws(WireError) {
        switch kind {
        case .method: break
        case .header, .body: throw WireError(.unexpectedFrame, "content frame on channel 0")
        case .heartbeat:
            guard channel == 0 else { throw WireError(.unexpectedFrame, "heartbeat on channel \(channel)") }
            guard size == 0 else { throw WireError(.frameError, "heartbeat with a payload of \(size) bytes") }
        }
    }
}

// MARK: - Errors

extension FrameDecoder {
    private static func unknownType(_ type: UInt8) -> WireError {
        WireError(.frameError, "unknown frame type \(type)")
    }

    private func tooLong(_ size: Int) -> WireError {
        WireError(.frameError, "frame payload of \(size) bytes exceeds the limit of \(payloadLimit)")
    }

    private static func wrongEnd(_ octet: UInt8) -> WireError {
        WireError(.frameError, "frame ends with octet \(octet) instead of \(FrameLimits.frameEnd)")
    }
}
