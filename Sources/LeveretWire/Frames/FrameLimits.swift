import LeveretModel

/// What two peers agree on before they open channels.
package struct FrameLimits: Sendable, Hashable {
    /// The longest frame in bytes, its eight bytes of overhead included; 0 is no limit.
    package var frameMax: UInt32
    /// The highest channel number; 0 is no limit.
    package var channelMax: UInt16
    /// Seconds between heartbeats; 0 is none.
    package var heartbeat: UInt16

    package init(frameMax: UInt32, channelMax: UInt16, heartbeat: UInt16) {
        self.frameMax = frameMax
        self.channelMax = channelMax
        self.heartbeat = heartbeat
    }

    /// What a server proposes if nothing else is configured.
    package static let serverProposal = FrameLimits(frameMax: 131_072, channelMax: 2047, heartbeat: 60)
}

// MARK: - Constants of the protocol

extension FrameLimits {
    /// Type, channel and payload size.
    package static let headerSize = 7
    /// The header and the end octet.
    package static let overhead = 8
    /// The octet that ends each frame.
    package static let frameEnd: UInt8 = 0xCE
    /// No peer may ask for less.
    package static let minimumFrameMax: UInt32 = 4096
    /// The limit until the peers have agreed; large enough for a long token in a login.
    package static let frameMaxBeforeTuning: UInt32 = 8192
    /// The longest body that a content header may announce.
    package static let bodySizeLimit: UInt64 = 512 * 1024 * 1024
    /// How much longer than agreed a frame may be, because some clients do not count the overhead.
    private static let tolerance = 8
}

// MARK: - Use

extension FrameLimits {
    /// The longest payload to accept.
    package var payloadLimit: Int {
        frameMax == 0 ? Int(Self.bodySizeLimit) : Int(frameMax) - Self.overhead + Self.tolerance
    }

    /// The longest part of a body to put into one frame.
    package var bodyPartLimit: Int { Self.bodyPartLimit(frameMax: Int(frameMax)) }

    static func bodyPartLimit(frameMax: Int) -> Int {
        frameMax == 0 ? Int(Self.bodySizeLimit) : max(frameMax - Self.overhead, 1)
    }

    /// Whether the number may be opened.
    package func allows(channel: UInt16) -> Bool {
        channel != 0 && (channelMax == 0 || channel <= channelMax)
    }
}

// MARK: - Negotiation

extension FrameLimits {
    /// What holds after a server that proposed these limits has read the client's answer.
    ///
    /// - Throws: 530 if the client wants more than was proposed or a frame below the minimum.
    package func settled(by answer: ConnectionTuneOk) throws(WireError) -> FrameLimits {
        try Self.check("frame_max", Int(answer.frameMax), minimum: Int(Self.minimumFrameMax), maximum: Int(frameMax))
        try Self.check("channel_max", Int(answer.channelMax), minimum: 1, maximum: Int(channelMax))
        return FrameLimits(frameMax: answer.frameMax, channelMax: answer.channelMax, heartbeat: answer.heartbeat)
    }

    /// What a client that wants these limits answers to the server's proposal: the lower of both.
    package func answer(to proposal: ConnectionTune) -> ConnectionTuneOk {
        ConnectionTuneOk(
            channelMax: Self.lower(channelMax, proposal.channelMax),
            frameMax: Self.lower(frameMax, proposal.frameMax),
            heartbeat: Self.lower(heartbeat, proposal.heartbeat)
        )
    }

    private static func lower<Number: UnsignedInteger>(_ left: Number, _ right: Number) -> Number {
        if left == 0 { return right }
        if right == 0 { return left }
        return min(left, right)
    }

    private static func check(_ name: String, _ value: Int, minimum: Int, maximum: Int) throws(WireError) {
        if value != 0, value < minimum {
            throw refusal("negotiated \(name) = \(value) is lower than the minimum allowed value (\(minimum))")
        }
        if maximum != 0, value == 0 || value > maximum {
            let unlimited = value == 0 ? " (no limit)" : ""
            throw refusal(
                "negotiated \(name) = \(value)\(unlimited) is higher than the maximum allowed value (\(maximum))"
            )
        }
    }

    private static func refusal(_ explanation: String) -> WireError {
        WireError(.notAllowed, explanation, method: ConnectionTuneOk.id)
    }
}
